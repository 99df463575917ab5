"""Verbs for authors: a new assignment, its release, and proof that its hidden suite judges right."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from autograder.cli.exits import DONE, NOT_GRADED, NOTHING
from autograder.cli.options import BOX, CLUSTER, COURSE, DEVICE, JOBS, course_option, loaded, root_or_here
from autograder.cli.output import note, note_all, say, say_written
from autograder.cli.verb import Verb
from autograder.text.words import amount


@click.command(cls=Verb, short_help="Create a small assignment, or an exercise, to start from.")
@click.argument("name")
@click.option("--exercise", metavar="SLUG", default="", help="Add an exercise called NAME to this assignment instead.")
@click.option("--title", default="", help="The title that students read. Default: made from the name.")
@course_option(root_or_here)
def new(root: Path, name: str, exercise: str, title: str) -> int:
    """Create solutions/NAME: a small, complete assignment that passes `convgrade prove`, to be edited from there.

    If there is no course yet, the current folder becomes one. With --exercise, add an exercise to an assignment: its
    cells, its reference, a check, a mistake and two alternatives. It takes its points from the exercise with the most.

    \b
    Examples:
      convgrade new a7_averages --title "Averages"
      convgrade new --exercise a7_averages sum_of_squares
      convgrade prove a7_averages
    """
    from autograder.authoring.scaffold import new_assignment, new_exercise

    written = new_exercise(root, exercise, name, title) if exercise else new_assignment(root, name, title)
    for path in written:
        say_written(path, root)
    note(f"next: convgrade prove {exercise or name}; then see docs/tutorial.md")
    return DONE


@click.command(cls=Verb, short_help="Build the notebooks that students get.")
@click.option(
    "--check", "dry_run", is_flag=True, help="Write nothing; exit with 1 if a released notebook is out of date."
)
@COURSE
def build(root: Path, dry_run: bool) -> int:
    """Build the notebooks that students get from solutions/. What [choose] or [leave_out] of course.toml leaves out
    stays in them as practice, without points.

    \b
    Example: edit solutions/a1_convolution/notebook.py, then
      convgrade build
    """
    from autograder.authoring import notebooks
    from autograder.authoring.course_map import completed
    from autograder.course import load_course

    course = load_course(root)
    for assignment in course.assignments:
        for sentence in completed(assignment):
            note(sentence)
    return _up_to_date(notebooks.build(course, dry_run), root, "build", dry_run)


@click.command(cls=Verb, short_help="Prove a hidden suite with right and wrong solutions.")
@click.argument("slug")
@JOBS
@CLUSTER
@click.option("--together", is_flag=True, help="Put mistakes of different exercises into one notebook: much faster.")
@click.option("--only", metavar="EXERCISE", default="", help="Only the alternatives and mistakes of one exercise.")
@click.option("--mutants", is_flag=True, help="Instead: does every small change of the author's answers lose points?")
@click.option("--nothing", is_flag=True, help="Instead: does every answer that knows nothing stay without points?")
@click.option("--prices", is_flag=True, help="Instead: what does each known mistake cost of its exercise?")
@click.option(
    "--secrets",
    metavar="N",
    type=click.IntRange(0, 1000),  # 0: not asked
    default=0,
    help="Instead: do the right solutions pass every check with N other secrets of the course?",
)
@click.option("--watch", is_flag=True, help="Prove again when a file of the assignment changes; Ctrl-C ends.")
@BOX
@DEVICE
@COURSE
def prove(root: Path, slug: str, watch: bool, **options: Any) -> int:
    """Prove a hidden suite: right solutions get full marks, every known mistake loses points and is recognised.

    With --mutants and --nothing, look for mistakes that nobody has written down; no box is needed. A mutant is one
    small mechanical change of an answer in notebook.py. Each must lose points, and in a line that most checks execute
    at least 8 % of its exercise, or be explained in solutions/SLUG/mutants.toml: "old → new" = "reason". A
    nothing-answer (a constant, an error, zeros in the right shape) earns at most 2 % of its exercise: let the checks
    that it passes come after a check of values.

    With --prices, see what each known mistake costs. One slip that takes more than half of an exercise is in too many
    of its checks: give what depends on it a check that does not. Gates are not asked; no box is needed.

    Inputs of checks follow from the course's secret, so a suite that is fair this term may be unfair in the next. With
    --secrets, the author's answers and all alternatives are asked again with N secrets; no box is needed.

    \b
    Examples:
      convgrade prove a1_convolution
      convgrade prove a1_convolution --only corr2d --watch
      convgrade prove a1_convolution --only corr2d --mutants --nothing
      convgrade prove a1_convolution --secrets 10
      convgrade prove a1_convolution --prices --only corr2d
      convgrade prove a1_convolution --together --device cuda
    """
    from autograder.course import load_course
    from autograder.errors import UsageError

    assignment = load_course(root).assignment(slug).whole
    names = [exercise.name for exercise in assignment.exercises]
    if options["only"] and options["only"] not in names:
        raise UsageError(f"{slug} has no exercise {options['only']}; it has {', '.join(names)}")
    from autograder.authoring.prove import ProveOptions, keep_proving, run

    if watch:
        with suppress(KeyboardInterrupt):
            keep_proving(root, slug, ProveOptions(**options))
        return DONE
    return DONE if run(assignment, ProveOptions(**options)) else NOT_GRADED


@click.command(cls=Verb, short_help="Measure accuracy thresholds and write them.")
@click.argument("slug")
@click.option(
    "--runs",
    metavar="N",
    type=click.IntRange(5, 1000),
    help="Runs of the perfect notebook (24), or of each design where the assignment declares some (6).",
)
@JOBS
@CLUSTER
@click.option("--dry-run", is_flag=True, help="Show the table; write nothing.")
@BOX
@DEVICE
@COURSE
def calibrate(root: Path, slug: str, **options: Any) -> int:
    """Measure accuracy thresholds by grading right notebooks with many secrets; write them to assignment.toml.

    Right notebooks are the perfect one and, with a designs.py in the assignment's folder, each of those designs: other
    optimizers, rates, heads. A threshold is set so that a right solution fails less than once in 10,000 runs, one of
    a design that nobody measured less than once in 1,000. Nothing is written if a known mistake with below="NAME"
    reaches that threshold.

    \b
    Examples:
      convgrade calibrate a3_networks --dry-run
      convgrade calibrate a3_networks --runs 50
      convgrade calibrate a3_networks --dry-run --device cuda
    """
    from autograder.course import load_course

    assignment = load_course(root).assignment(slug).whole
    if not assignment.thresholds:
        note(f"{slug} has no thresholds; first add [thresholds.NAME] with at_least = 0.9 to its assignment.toml")
        return NOTHING
    from autograder.authoring.calibrate import CalibrateOptions, calibrate_and_write

    return DONE if calibrate_and_write(assignment, CalibrateOptions(**options)) else NOT_GRADED


@click.command(cls=Verb, short_help="Show a class's mistakes that are not known yet.")
@click.argument("slug")
@click.option("--most", metavar="N", type=click.IntRange(1), default=10, show_default=True, help="Groups to show.")
@COURSE
def learn(root: Path, slug: str, most: int) -> int:
    """Show what this class got wrong that is no known mistake yet, the most frequent first. Reads stored reports.

    A group is what fails the same checks in the same way: with the relation of the answer to the expected one, or the
    line that a small change repairs, where grading found one. It comes with one example, without a name, and with a
    mistake for solutions/SLUG/mistakes/EXERCISE.py: paste it, write its hint, run `convgrade prove SLUG`, and grade
    again. Read what you paste: known mistakes run in the grader, not in the box.

    \b
    Examples:
      convgrade learn a1_convolution
      convgrade learn a1_convolution --most 3
    """
    from autograder.explain.learn import paragraphs
    from autograder.grading.session import store_of

    course, assignment = loaded(root, slug)
    reports = store_of(assignment).all()
    if not reports:
        note(f"no report of {slug} is stored; first run `convgrade grade … --assignment {slug}`")
        return NOTHING
    found = list(paragraphs(course, assignment, reports, most))
    click.echo("\n\n".join(found) or "every mistake of this class is known")
    return DONE


@click.command(cls=Verb, short_help="Map the course notes to tasks and checks.")
@click.option("--check", "dry_run", is_flag=True, help="Write nothing; exit with 1 if docs/coverage.md is out of date.")
@click.option(
    "--mistakes",
    "ask_mistakes",
    is_flag=True,
    help="Instead: does some known mistake fail each check that a row names?",
)
@JOBS
@COURSE
def coverage(root: Path, dry_run: bool, ask_mistakes: bool, jobs: int) -> int:
    """Write docs/coverage.md: each row of the course notes, the sentence that teaches it, and the checks that fail
    without it.

    solutions/<slug>/rows.toml says so, a table for each row and exercise. A row that is nowhere, a sentence that
    students do not read and a check that is not there are errors.

    \b
    One table:
      [S0-05.corr2d]
      says = "The window at (i, j) is X[i : i + h, j : j + w]. Two loops, one sum."
      checks = ["corr2d_values"]    # or: written = true, or: shown = "why nobody asks"
      partly = "what of the row nobody asks for"    # only where there is something

    \b
    Examples:
      convgrade coverage --check
      convgrade coverage --mistakes
    """
    from autograder.authoring.coverage import counted_rows, notes, survivors, write_coverage
    from autograder.course import load_course

    course = load_course(root)
    if ask_mistakes:
        alive = list(survivors(course, jobs))
        note_all(alive)
        say(f"{amount(len(alive), 'check')} of rows that no known mistake fails")
        return NOT_GRADED if alive else DONE
    code = _up_to_date(write_coverage(course, dry_run), root, "coverage", dry_run)
    say(counted_rows(notes(course)))
    return code


@click.command("map", cls=Verb, short_help="Print what builds on what, how long it takes, and plans.")
@click.option("--weeks", type=int, metavar="N", help="Instead: the plan for N weeks (2, 4 or 8), for course.toml.")
@COURSE
def print_map(root: Path, weeks: int | None) -> int:
    """Print the map of the course: every task with minutes, points and the functions that it uses, and which tasks
    to choose for 2, 4 or 8 weeks.

    [choose], [leave_out] and [stretch] of solutions/course.toml say which exercises are graded; the others stay in the
    notebooks as practice. With --weeks, print such a choice. Then run `convgrade build`.

    \b
    Examples:
      convgrade map
      convgrade map > docs/course.md
      convgrade map --weeks 4 >> solutions/course.toml
    """
    from autograder.authoring.course_map import course_map, plan
    from autograder.course import load_course

    course = load_course(root)
    click.echo(plan(course, weeks) if weeks is not None else course_map(course), nl=False)
    return DONE


@click.command("settings", cls=Verb, short_help="Print every setting of a course.")
def print_settings() -> int:
    """Print every setting of course.toml and assignment.toml, as Markdown: what may be written, and what it means.

    \b
    Example:
      convgrade settings
    """
    from autograder.authoring.settings import settings_page

    click.echo(settings_page(), nl=False)
    return DONE


def _up_to_date(changed: Sequence[Path], root: Path, verb: str, dry_run: bool) -> int:
    """Says what was written or, with `dry_run`, has to be; 1 for that."""
    for path in changed:
        say(f"{'out of date' if dry_run else 'written'}: {path.relative_to(root)}")
    if not changed:
        say("everything is up to date")
    elif dry_run:
        note(f"run `convgrade {verb}` and commit the result")
    return NOT_GRADED if dry_run and changed else DONE
