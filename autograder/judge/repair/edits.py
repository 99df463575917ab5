"""Every small edit of a definition, most likely ones first: the same ones in the same order for the same source."""

from __future__ import annotations

import ast
import difflib
import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from autograder.course.answers import Definition
from autograder.judge.repair import (
    calls,
    choices,
    everybody,
    finer,
    forgotten,
    formulas,
    lasting,
    mixed_up,
    rounds,
    rows,
    statements,
)
from autograder.judge.repair import expressions as of
from autograder.judge.repair.alike import alike_beside, alike_in
from autograder.judge.repair.around import Around, Site, sites
from autograder.judge.repair.aspects import Aspect
from autograder.judge.repair.reading import code_of_definition, functions_in
from autograder.judge.repair.scope import around_of

MOST = 600  # edits of one definition
IN_A_TURN = 12  # edits of one rule
AT_A_PLACE = 40  # edits of one rule in one place: all are held until they are sorted
PAIRS = 12  # neighbours in one statement that are written alike
_BLOCKS = ("body", "orelse", "finalbody")

# In the order of how often they repair a known mistake of the course for each edit that is tried.
RULES: tuple[of.ExpressionRule | statements.StatementRule, ...] = (
    (Aspect.MISSING, statements.of_a_training_step),
    (ast.BinOp, Aspect.ROUNDING, formulas.rounded_up),
    (ast.Tuple, Aspect.AXIS, rows.other_axes),
    (ast.Slice, Aspect.INDEX, rows.from_the_other_end),
    (ast.Constant, Aspect.NAME, of.not_fixed),
    (Aspect.ANEW, lasting.begun_anew),
    (Aspect.RANGE, lasting.searched_farther),
    (Aspect.MISSING, lasting.counted_on),
    (Aspect.MOVED, lasting.told_once),
    (Aspect.OTHERS, everybody.of_nobody_else),
    (ast.Call, Aspect.OTHERS, everybody.of_its_own),
    (Aspect.ENDS, rounds.gone_on),
    (Aspect.ENDS, rounds.not_left_yet),
    (Aspect.WEIGHT, rounds.each_as_often_as_it_holds),
    (Aspect.WEIGHT, rounds.halved_in_the_end),
    (ast.Call, Aspect.VALUE, rounds.for_longer),
    (Aspect.CONDITION, choices.where_it_is_given),
    (Aspect.ASSIGNMENT, rounds.added_as_beside_it),
    (Aspect.NAME, choices.of_the_other_list),
    (Aspect.MOVED, everybody.in_any_case),
    (ast.Subscript, Aspect.INDEX, choices.of_its_own_column),
    (ast.Call, Aspect.CALL, choices.share_of_a_row),
    (ast.BinOp, Aspect.OPERATOR, choices.of_the_spread),
    (ast.Call, Aspect.ARGUMENT, choices.of_all_kinds),
    (Aspect.ORDER, lasting.to_the_other_end),
    (Aspect.AXIS, lasting.axes_throughout),
    (ast.Call, Aspect.ARGUMENT, mixed_up.keywords_of_the_others),
    (Aspect.MISSING, lasting.masked_first),
    (ast.BinOp, Aspect.OPERATOR, mixed_up.mean_for_a_share),
    (ast.ListComp, Aspect.RANGE, mixed_up.one_after_the_other),
    (ast.Call, Aspect.MISSING, mixed_up.turned_first),
    (ast.Attribute, Aspect.ORDER, finer.cut_row_by_row),
    (ast.Call, Aspect.ORDER, finer.in_an_order),
    (ast.Call, Aspect.VALUE, finer.filled_with),
    (ast.Compare, Aspect.COMPARISON, finer.up_to_rounding),
    (ast.Call, Aspect.RANGE, finer.more_points),
    (ast.Call, Aspect.AXIS, finer.of_each_row),
    (ast.Call, Aspect.ORDER, mixed_up.other_letters),
    (Aspect.MISSING, lasting.copied_first),
    (ast.Compare, Aspect.COMPARISON, forgotten.other_ends),
    (ast.Call, Aspect.ORDER, forgotten.turned_round),
    (Aspect.MISSING, forgotten.not_given_at_all),
    (Aspect.CONDITION, forgotten.one_branch),
    (Aspect.CONDITION, forgotten.again_and_again),
    (ast.Call, Aspect.ORDER, mixed_up.other_steps_first),
    (Aspect.MOVED, lasting.cut_later),
    ((ast.UnaryOp, ast.BoolOp, ast.IfExp), Aspect.CONDITION, mixed_up.not_given),
    (Aspect.CONDITION, lasting.also_of_the_other),
    (ast.BinOp, Aspect.OPERATOR, mixed_up.doubled),
    (ast.BinOp, Aspect.ORDER, mixed_up.inside_the_call),
    (ast.Call, Aspect.ORDER, mixed_up.outside_of_the_call),
    (Aspect.EXTRA, statements.dropped),
    (ast.JoinedStr, Aspect.VALUE, rows.numbers_in_text),
    (ast.List, Aspect.EXTRA, rows.without_an_element),
    (ast.Call, Aspect.ARGUMENT, calls.fewer_arguments),
    (ast.Compare, Aspect.COMPARISON, of.other_comparisons),
    (ast.Call, Aspect.RANGE, calls.other_ranges),
    (ast.Call, Aspect.CALL, calls.other_functions),
    (ast.BoolOp, Aspect.EXTRA, of.without_a_part),
    ((ast.BinOp, ast.Call, ast.IfExp), Aspect.EXTRA, of.without_a_part),
    (ast.Constant, Aspect.ARGUMENT, of.other_constants),
    (Aspect.MISSING, statements.returned),
    (Aspect.ASSIGNMENT, statements.assigned_otherwise),
    (ast.BinOp, Aspect.OPERATOR, of.other_operators),
    (ast.BoolOp, Aspect.CONDITION, of.other_operators),
    (ast.expr, Aspect.MISSING, forgotten.a_factor_more),
    (ast.Name, Aspect.NAME, of.twin_names),
    (ast.Name, Aspect.NAME, of.same_sides),
    (Aspect.NAME, statements.renamed_throughout),
    (Aspect.ORDER, statements.exchanged_in_all_calls),
    ((ast.Constant, ast.UnaryOp), None, of.next_numbers),
    (ast.expr, None, of.shifted),
    ((ast.Call, ast.Tuple, ast.List), Aspect.ORDER, of.other_order),
    ((ast.BinOp, ast.Call), Aspect.ROUNDING, of.other_rounding),
    (Aspect.CONDITION, statements.without_its_head),
    (Aspect.MOVED, statements.moved_out),
    (Aspect.MOVED, statements.moved_in),
    (Aspect.NAME, statements.names_exchanged),
    (Aspect.CONDITION, statements.chained),
    (Aspect.MISSING, statements.stopped_at_the_first),
    (ast.BinOp, Aspect.OPERATOR, formulas.reaching),
    (ast.BinOp, Aspect.OPERATOR, formulas.scaled_first),
    (ast.Call, Aspect.ORDER, rows.keywords_exchanged),
    (ast.Attribute, Aspect.EXTRA, rows.not_turned),
    (ast.IfExp, Aspect.CONDITION, of.other_choice),
    (ast.JoinedStr, Aspect.ORDER, of.other_order_in_text),
    (ast.Call, Aspect.AXIS, calls.more_axes),
    (Aspect.MISSING, statements.of_a_mode),
    (ast.expr, Aspect.MISSING, calls.a_copy_more),
    (ast.expr, Aspect.MISSING, of.with_the_forgotten),
    (ast.Call, Aspect.MISSING, calls.an_activation_more),
    (ast.BinOp, Aspect.MISSING, of.without_its_sign),
    ((ast.Call, ast.List), Aspect.MISSING, calls.an_element_more),
    ((ast.Constant, ast.UnaryOp), None, of.other_numbers),
    (ast.Slice, Aspect.INDEX, of.other_bounds),
    (ast.comprehension, Aspect.CONDITION, of.other_conditions),
    (Aspect.MOVED, statements.moved_down),
    (ast.BinOp, Aspect.OPERATOR, of.other_grouping),
    (ast.Call, Aspect.ARGUMENT, calls.more_keywords),
    (ast.Tuple, Aspect.EXTRA, rows.without_an_element),
    (ast.BinOp, Aspect.NAME, formulas.apportioned),
    (ast.expr, Aspect.SIGN, of.other_sign),
    ((ast.Compare, ast.BoolOp), Aspect.CONDITION, of.negated),
    (ast.Name, Aspect.NAME, of.other_names),
    (ast.Attribute, Aspect.NAME, of.other_attributes),
    (Aspect.NAME, lasting.values_exchanged),
    ((ast.Call, ast.Subscript), Aspect.VALUE, mixed_up.other_sizes),
    (ast.Call, Aspect.AXIS, mixed_up.of_all_axes),
    (ast.Subscript, Aspect.AXIS, mixed_up.of_another_axis),
    (ast.BinOp, Aspect.MISSING, mixed_up.turned),
    ((ast.Name, ast.Subscript), Aspect.RANGE, mixed_up.as_many_as_fit),
    (ast.Call, Aspect.INDEX, mixed_up.one_of_two),
    (ast.Call, Aspect.ORDER, finer.turned_after_all),
    (ast.Attribute, Aspect.NAME, mixed_up.other_fields),
    (ast.Call, Aspect.ARGUMENT, mixed_up.other_keywords),
    (ast.Name, Aspect.CONDITION, mixed_up.the_others),
    (ast.expr, Aspect.MISSING, forgotten.for_each_of),
    (ast.expr, Aspect.MISSING, forgotten.a_bound_more),
    (ast.expr, Aspect.MISSING, calls.a_method_more),
    (ast.expr, Aspect.MISSING, calls.a_function_more),
)
# They may make up for a slip elsewhere: told where nothing else repairs it.
OUTWEIGHS = (forgotten.a_factor_more, forgotten.for_each_of, forgotten.a_bound_more)
OF_NAMES = (
    of.twin_names,
    of.same_sides,
    of.other_names,
    of.other_attributes,
)  # two names at once are exchanged: an order
LIKELY = (
    of.next_numbers,
    of.shifted,
    of.twin_names,
    of.same_sides,
    statements.dropped,
)  # slips of those who know what they want


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a definition in one place."""

    line: int  # of the cell: where the change is
    statement: int  # the line where that statement begins
    aspect: Aspect
    source: str  # the whole definition, changed
    rank: tuple[int, bool, int]  # lower ones are more likely: see `_in_turns`, and where it stopped
    columns: Mapping[int, int]  # line of the cell → where the change begins: that one, and one beside it changed alike

    @property
    def outweighs(self) -> bool:
        """Whether it may make up for a slip in another place."""
        return RULES[self.rank[-1]][-1] in OUTWEIGHS

    @property
    def lines(self) -> tuple[int, ...]:
        """All lines that are changed."""
        return tuple(sorted(self.columns))


@dataclass(frozen=True, slots=True)
class _Change:
    """What is put where, in the tree."""

    turn: int
    rule: int
    ran: int  # the line that is executed where this matters
    statement: int
    line: int
    aspect: Aspect
    site: Site
    value: Any
    beside: _Change | None = None  # the same change of what is written alike beside it

    def put(self) -> None:
        """Puts it into the tree."""
        self.site.put(self.value)
        if self.beside:
            self.beside.put()


def edits_of(
    definition: Definition, most: int = MOST, lines: Collection[int] | None = None, stopped: Set[int] = frozenset()
) -> Iterator[Edit]:
    """At most so many edits, each another program, of statements in these lines; None: in all.

    Of a turn, those of the lines where an error `stopped` it come first. The definition itself is as it was after each.
    """
    seen = {code_of_definition(definition), ""}
    wanted = (each for each in _in_the_order_of_lines(definition) if lines is None or each.ran in lines)

    def rank(change: _Change) -> tuple[int, bool, int]:
        return change.turn, stopped.isdisjoint((change.line, change.statement)), change.rule

    for change in sorted(_in_turns(wanted), key=rank):
        if len(seen) >= most + 2:
            return
        source = _put_in(change, definition)
        if source not in seen:
            seen.add(source)
            columns = {each.line: _column(each) for each in (change.beside, change) if each}
            yield Edit(change.line, change.statement, change.aspect, source, rank(change), columns)


def _put_in(change: _Change, definition: Definition) -> str:
    """The definition with a change in it."""
    sites = [each.site for each in (change, change.beside) if each]
    kept = [site.get() for site in sites]
    change.put()
    source = code_of_definition(definition)
    for site, old in zip(sites, kept, strict=True):
        site.put(old)
    return source


def _column(change: _Change) -> int:
    """Where in its line a change begins, about: an operator stands behind what it begins with."""
    old = change.site.get()
    if not isinstance(old, ast.expr) or old.end_lineno != old.lineno:
        return getattr(old, "col_offset", 0)
    alike = (before == after for before, after in zip(ast.unparse(old), ast.unparse(change.value), strict=False))
    return old.col_offset + sum(itertools.takewhile(bool, alike))


def difference(old: str, new: str) -> str:
    """The lines of a definition that an edit changes, as a diff without its head."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def _in_turns(changes: Iterator[_Change]) -> Iterator[_Change]:
    """Each rule's changes, a few of every rule in a turn: no rule takes the place of all others."""
    count: Counter[tuple[int, bool]] = Counter()
    for change in changes:
        at_once = IN_A_TURN * (4 if RULES[change.rule][-1] in LIKELY else 1)
        kind = change.rule, change.beside is not None
        yield replace(change, turn=count[kind] // at_once)
        count[kind] += 1


def _in_the_order_of_lines(definition: Definition) -> Iterator[_Change]:
    for function in functions_in(definition):
        around = around_of(function, definition)
        yield from _of_expressions(function, function.lineno, around)
        yield from _of_blocks(function, around)
    if isinstance(definition, ast.ClassDef):
        for node in definition.body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)):
                yield from _of_expressions(node, node.lineno, Around())


def _of_blocks(parent: Any, around: Around) -> Iterator[_Change]:
    """All changes of the statements below a node, but not in functions of their own."""
    for name in _BLOCKS:
        block = getattr(parent, name, None)
        nodes: list[Any] = block if isinstance(block, list) else []
        for place, node in enumerate(nodes):
            yield from _of_statement(Site(parent, name), place, around)
            if not isinstance(node, Definition):
                yield from _of_expressions(node, node.lineno, around)
                yield from _of_both(nodes[place : place + 2], around)
                yield from _of_blocks(node, around)
    for handler in getattr(parent, "handlers", ()):
        yield from _of_blocks(handler, around)


def _of_statement(site: Site, place: int, around: Around) -> Iterator[_Change]:
    block = site.get()
    line = block[place].lineno
    for number, rule in enumerate(RULES):
        if len(rule) == 2:
            aspect, change = rule
            for each in itertools.islice(change(block, place, around), AT_A_PLACE):
                named = _where(block, each, line, aspect)
                yield _Change(0, number, line, named, named, aspect, site, each)


def _moved(before: statements.Block, after: statements.Block, line: int) -> int:
    """The line of the statement that stands on another level than before; the given one, where none does."""
    return min({node.lineno for node in before} ^ {node.lineno for node in after}, default=line)


def _where(before: statements.Block, after: statements.Block, line: int, aspect: Aspect) -> int:
    """The line to be named: of what is moved, of what is changed within a loop, else the given one."""
    moved = _moved(before, after, 0) if aspect in (Aspect.MOVED, Aspect.ANEW) else 0
    within = aspect in (Aspect.MOVED, Aspect.ENDS, Aspect.WEIGHT)
    return moved or (_within_what_stays(before, after, line) if within else line)


def _within_what_stays(before: statements.Block, after: statements.Block, line: int) -> int:
    """The line of the first statement in a loop or a `try` that stands there no more, where that is in both."""
    outer: list[Any] = [
        node for node in before if isinstance(node, (ast.For, ast.While, ast.Try)) and node not in after
    ]
    kept = {id(each) for other in after for each in getattr(other, "body", ())}
    changed = [each for old in outer for each in old.body if id(each) not in kept]
    return changed[0].lineno if changed else line


def _of_expressions(node: Any, statement: int, around: Around) -> Iterator[_Change]:
    """Changes of the expressions of one statement, not of the statements in it."""
    for site, inner in sites(node, around):
        old = site.get()
        line = getattr(old, "lineno", statement)
        for number, rule in enumerate(RULES):
            if len(rule) == 3 and isinstance(old, rule[0]):
                change = _Change(0, number, statement, statement, line, rule[1] or inner.aspect, site, None)
                values = itertools.islice(rule[2](old, inner), AT_A_PLACE)
                yield from (replace(change, value=each) for each in values)


def _of_both(nodes: list[Any], around: Around) -> Iterator[_Change]:
    """The same change of two things that are written alike, of rows and columns.

    Two statements, two loops of which one is in the other, or neighbours in one statement.
    """
    node = nodes[0]
    pairs = list(itertools.islice(alike_in(node), PAIRS))
    others = list(alike_beside(nodes))
    own = list(_of_expressions(node, node.lineno, around)) if pairs or others else []
    for left, right in pairs:
        yield from _zipped(_within(own, left), _within(own, right))
    for other in others:
        yield from _zipped(own, list(_of_expressions(other, other.lineno, around)))


def _within(changes: list[_Change], node: ast.AST) -> list[_Change]:
    """Those of what is in a node."""
    inside = {id(each) for each in ast.walk(node)}
    return [change for change in changes if id(change.site.get()) in inside]


def _zipped(first: list[_Change], second: list[_Change]) -> Iterator[_Change]:
    if [each.rule for each in first] == [each.rule for each in second]:
        both = [pair for pair in zip(first, second, strict=True) if RULES[pair[0].rule][-1] not in OF_NAMES]
        yield from (replace(change, beside=alike) for change, alike in both)
