"use strict";
// Levels by number, comments by letter; what is saved goes into the gradebook, and the next answer opens.
const form = document.querySelector(".rubric");
const criteria = [...form.querySelectorAll(".criterion")];
const comment = form.querySelector("#comment");
const bank = [...form.querySelectorAll(".bank button")];
const alarm = form.querySelector('[role="alert"]');
const said = document.querySelector(".said");
const save = form.querySelector(".primary");
const SAID = "convgrade-said";

const chosen = (criterion) => criterion.querySelector("input:checked");
let now = Math.max(criteria.findIndex((criterion) => !chosen(criterion)), 0);

function show() {
  criteria.forEach((criterion, i) => criterion.classList.toggle("now", i === now));
  const inputs = criteria.map(chosen);
  const sum = inputs.reduce((total, input) => total + Number(input?.dataset.points ?? 0), 0);
  form.querySelector("output strong").textContent = inputs.every(Boolean) ? String(Math.round(sum * 100) / 100) : "–";
  for (const button of bank) button.setAttribute("aria-pressed", String(comment.value.includes(button.dataset.text)));
}

function choose(number) {
  const input = criteria[now].querySelectorAll("input")[number - 1];
  if (!input) return;
  input.checked = true;
  const open = criteria.findIndex((criterion) => !chosen(criterion));
  now = open >= 0 ? open : Math.min(now + 1, criteria.length - 1);
  criteria[now].scrollIntoView({ block: "nearest" });
  show();
}

function take(button) {
  const text = button.dataset.text;
  const lines = comment.value.split("\n").filter((line) => line.trim());
  comment.value = comment.value.includes(text)
    ? comment.value.replace(text, "").split("\n").filter((line) => line.trim()).join("\n")
    : [...lines, text].join("\n");
  show();
}

function refuse(sentence) {
  alarm.textContent = sentence;
  alarm.hidden = false;
  save.disabled = false;
}

async function send() {
  if (save.disabled) return;
  const open = criteria.findIndex((criterion) => !chosen(criterion));
  if (open >= 0) {
    now = open;
    show();
    refuse(`Choose a level of “${criteria[open].querySelector("legend").firstChild.textContent.trim()}”.`);
    return;
  }
  save.disabled = true;
  const levels = criteria.map((criterion) => Number(chosen(criterion).value));
  const { answer, digest, label } = form.dataset;
  const body = JSON.stringify({ answer, digest, levels, comment: comment.value, settled: "settled" in form.dataset });
  const headers = { "Content-Type": "application/json", "X-Convgrade-Token": location.pathname.split("/")[1] };
  try {
    const reply = await fetch(location.pathname, { method: "POST", headers, body, cache: "no-store" });
    const { next, error } = await reply.json();
    if (error) return void refuse(error);
    sessionStorage.setItem(SAID, `Saved: ${label}, ${form.querySelector("output").textContent.trim()}.`);
    location.assign(next);
  } catch {
    refuse("Nothing was saved: convgrade mark does not answer. Is it still running?");
  }
}

const KEYS = {
  j: () => document.querySelector("#next").click(),
  k: () => document.querySelector("#previous").click(),
  c: () => comment.focus(),
};

document.addEventListener("keydown", (event) => {
  const writing = event.target === comment;
  if (event.key === "Enter" && writing && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    send();
  } else if (writing) {
    if (event.key === "Escape") comment.blur();
  } else if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
    return;
  } else if (event.key === "Enter") {
    if (event.target.closest("a, button, summary")) return;
    event.preventDefault();
    send();
  } else if (/^[1-9]$/.test(event.key)) {
    choose(Number(event.key));
  } else {
    const button = bank.find((each) => each.dataset.key === event.key);
    const act = button ? () => take(button) : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
form.addEventListener("change", (event) => {
  const at = criteria.findIndex((criterion) => criterion.contains(event.target));
  if (at >= 0) now = at;
  show();
});
comment.addEventListener("input", show);
for (const button of bank) button.addEventListener("click", () => take(button));
const last = sessionStorage.getItem(SAID);
if (last) {
  said.textContent = last;
  said.hidden = false;
  sessionStorage.removeItem(SAID);
}
show();
