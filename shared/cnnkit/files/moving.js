/* Turns every still picture with frames (data-moving, made by cnnkit/figures/frames.py) into one that can be stepped
   through. Without this script the still picture stays, and it is what gets printed. */
(() => {
  const STYLE = `
    slot { display: none }
    .moving { font: 14px/1.35 system-ui, sans-serif; color: inherit; padding: 4px; width: fit-content; max-width: 100% }
    .stage { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px }
    .sign { font-size: 24px }
    .star { font-size: 40px } /* most fonts draw it small */
    .title { text-align: center; margin-bottom: 3px }
    .cells { display: grid; grid-template-columns: repeat(var(--columns), var(--wide)); grid-auto-rows: 32px; gap: 2px;
      position: relative; width: fit-content; margin: 0 auto }
    .cell { display: flex; align-items: center; justify-content: center; color: #1f2933; box-sizing: border-box }
    .blank, .pad { color: inherit; border: 1px dashed #8a94a0 }
    .lost { color: inherit; background: repeating-linear-gradient(45deg, transparent 0 5px, #8a94a0 5px 6px);
      border: 1px solid #8a94a0 }
    .mark { position: absolute; box-sizing: border-box; border: 3px solid #e8590c; border-radius: 3px;
      transition: left .35s, top .35s; left: calc((var(--wide) + 2px) * var(--column) - 2px);
      top: calc(34px * var(--row) - 2px); width: calc((var(--wide) + 2px) * var(--across) + 2px);
      height: calc(34px * var(--down) + 2px) }
    .mark + .mark { border-radius: 50%; border-color: #1864ab }
    .says { min-height: 2.7em; margin: 8px 0 4px; max-width: 62em }
    .controls { display: flex; flex-wrap: wrap; align-items: center; gap: 8px }
    button { font: inherit; color: inherit; background: transparent; border: 1px solid currentColor; border-radius: 4px;
      padding: 2px 10px; min-width: 5.2em; cursor: pointer }
    button:disabled { opacity: .45; cursor: default }
    input { accent-color: #e8590c; width: 150px }
    :focus-visible { outline: 3px solid #e8590c; outline-offset: 2px }
    @media (prefers-reduced-motion: reduce) { .mark { transition: none } .play { display: none } }
    @media print { .moving { display: none } slot { display: block } }`;
  const PAUSE = 1500; // milliseconds of a step while it plays

  const made = (parent, tag, name, text = "") => {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    parent.append(element);
    return element;
  };

  const colour = (text, { low, high, stops }) => {
    const share = Math.min(1, Math.max(0, (Number(text.replace("−", "-")) - low) / (high - low || 1))) * 2;
    const [from, to] = share < 1 ? stops : stops.slice(1);
    const part = share < 1 ? share : share - 1;
    return `rgb(${from.map((value, place) => Math.round(value + (to[place] - value) * part))})`;
  };

  const fill = (panel, view, texts) => {
    texts.flat().forEach((text, place) => {
      const kind = text === null ? "blank" : (panel.kinds || [])[place] || "";
      const cell = view.cells[place];
      cell.className = `cell ${kind}`;
      cell.textContent = text ?? "";
      cell.style.background = kind ? "" : colour(text, panel);
    });
    const rows = texts.map((row) => row.map((text) => text ?? "empty").join(" ")).join("; ");
    view.grid.setAttribute("aria-label", `${panel.title}: ${rows}`);
  };

  const mark = (view, marks) => {
    while (view.marks.length < marks.length) view.marks.push(made(view.grid, "div", "mark"));
    view.marks.forEach((box, place) => {
      box.hidden = place >= marks.length;
      const names = ["--row", "--column", "--down", "--across"];
      (marks[place] || []).forEach((value, part) => box.style.setProperty(names[part], value));
    });
  };

  const drawn = (stage, panel) => {
    if (panel.sign) made(stage, "span", panel.sign === "⋆" ? "sign star" : "sign", panel.sign);
    const box = made(stage, "div", "panel");
    made(box, "div", "title", panel.title);
    const grid = made(box, "div", "cells");
    grid.setAttribute("role", "img");
    grid.style.setProperty("--columns", panel.cells[0].length);
    grid.style.setProperty("--wide", `${Math.max(34, 12 + 8 * panel.longest)}px`);
    const view = { grid, cells: panel.cells.flat().map(() => made(grid, "div", "cell")), marks: [] };
    fill(panel, view, panel.cells);
    return view;
  };

  const build = (host) => {
    const { panels, frames, alt } = JSON.parse(host.dataset.moving);
    const all = document.createElement("div");
    all.className = "moving";
    all.setAttribute("role", "group");
    all.setAttribute("aria-label", `${alt} Arrow keys step through it.`);
    const stage = made(all, "div", "stage");
    const views = panels.map((panel) => drawn(stage, panel));
    const says = made(all, "div", "says");
    const controls = made(all, "div", "controls");
    const [back, play, next] = ["back", "play", "next"].map((name) => made(controls, "button", name, name));
    const slider = made(controls, "input", "slider");
    Object.assign(slider, { type: "range", min: 1, max: frames.length, value: 1 });
    slider.setAttribute("aria-label", "step");
    const count = made(controls, "span", "count");
    let now = 0, timer = null;

    const show = (wanted) => {
      now = Math.min(frames.length - 1, Math.max(0, wanted));
      const { caption, marks, shown } = frames[now];
      panels.forEach((panel, place) => {
        fill(panel, views[place], shown[place] || panel.cells);
        mark(views[place], marks[place] || []);
      });
      says.textContent = caption;
      slider.value = now + 1;
      count.textContent = `${now + 1} of ${frames.length}`;
      [back.disabled, next.disabled] = [now === 0, now === frames.length - 1];
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = "play";
      says.setAttribute("aria-live", "polite"); // what plays is not read aloud, what is stepped to is
    };
    const step = () => {
      if (host.isConnected && now < frames.length - 1) show(now + 1);
      if (!host.isConnected || now === frames.length - 1) stop();
    };
    const start = () => {
      says.setAttribute("aria-live", "off");
      play.textContent = "pause";
      if (now === frames.length - 1) show(0);
      timer = setInterval(step, PAUSE);
    };
    const go = (wanted) => { stop(); show(wanted); };

    back.onclick = () => go(now - 1);
    next.onclick = () => go(now + 1);
    play.onclick = () => (timer === null ? start() : stop());
    slider.oninput = () => go(Number(slider.value) - 1);
    all.onkeydown = (event) => {
      const wanted = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: frames.length - 1 }[event.key];
      if (wanted === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation(); // a notebook would go to another cell
      go(wanted);
    };
    go(0);
    const shadow = host.attachShadow({ mode: "open" });
    made(shadow, "style", "", STYLE);
    shadow.append(all);
    made(shadow, "slot", ""); // the still picture, for the printer
  };

  const page = (document.currentScript || document).getRootNode();
  for (const host of page.querySelectorAll("[data-moving]")) if (!host.shadowRoot) build(host);
})();
