"""A time as a platform or a person writes it → a moment; where that is not certain, nothing, and a sentence why.

A guess would move a deadline: a day without a time, "01/02/2030", "PST" (three zones have that name) and an hour that
the clocks of that night skipped are refused. An hour that they showed twice is the first, in favour of the student.
Midnight at a day's end may be 24:00; a leap second is the second before it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.text.escape import terminal

_MOST = 100  # characters; no platform writes more
_YEARS = range(1990, 2200)
# Months in English, German, French, Spanish, Italian, Dutch, Portuguese and the languages of Scandinavia. Whole names
# only: "marraskuu" is November. "listopad" is none of ours: October in one language, November in the next.
_NAMED = (
    "jan january januar jänner janv janvier ene enero gen gennaio januari janeiro",
    "feb february februar févr fevr février fevrier febrero febbraio februari fev fevereiro",
    "mar march mär märz mrz maerz mars marzo mrt maart março marco marts",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio mei maj maio",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juillet julio lug luglio julho",
    "aug august août aout ago agosto augustus augusti",
    "sep sept september septembre septiembre setiembre set sett settembre setembro",
    "oct october okt oktober octobre octubre ott ottobre out outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc décembre decembre dic diciembre dicembre dezembro des desember",
)
_MONTHS = MappingProxyType({word: number for number, words in enumerate(_NAMED, start=1) for word in words.split()})
_WEEKDAYS = (
    r"Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:rs(?:day)?)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?"
    r"|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo"
    r"|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?"
    r"|(?:segunda|ter[cç]a|quarta|quinta|sexta)(?:-feira)?|(?:seg|ter|qua|qui|sex|s[aá]b)\b\.?"
    r"|(?:lun|mar|mer|jeu|ven|sam|dim|mi[eé]|jue|vie|dom)\b\.?"
    r"|m[aå]n(?:dag)?|tis(?:dag)?|tirs(?:dag)?|ons(?:dag)?|tors(?:dag)?|fre(?:dag)?|l[oöø]r(?:dag)?|s[oöø]n(?:dag)?"
)
_WEEKDAY = rf"(?:(?:{_WEEKDAYS}),?\s+)?(?:(?:le|den|o|el)\s+)?"
_WORD = r"(?P<word>[^\W\d_]{3,10})"
_ASIAN_WEEKDAY = r"(?:\s*[(（]?(?:星期|周|週)?[一二三四五六日天月火水木金土월화수목금토일](?:曜日|요일)?[)）]?(?!\d))?"
_DAYS = tuple(
    re.compile(_WEEKDAY + day, re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})(?P<between>[-/]|\.\s?)(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})(?!\d)\.?",
        r"(?P<year>\d{4})-?W(?P<week>\d\d)-?(?P<weekday>[1-7])(?!\d)",
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日号日일]" + _ASIAN_WEEKDAY,
        r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
        _WORD + r"\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})(?:\.|er|st|nd|rd|th)?[\s-]+(?:de\s+)?" + _WORD + r"\.?,?[\s-]+(?:de\s+)?(?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?=T?\d{4})",
    )
)
_CLOCK = re.compile(
    r"[T,\s-]*(?:(?:at|um|à|às|a las|alle|om|kl\.?)\s+)?(?P<before>上午|午前|오전|下午|午後|오후)?\s*"
    r"(?P<hour>\d{1,2})(?P<gap>\s?h\s?|[:.-]?)(?P<minute>\d\d)"
    r"(?:(?P=gap)(?P<second>\d\d)(?:[.,]?\d{1,9})?)?\s*(?P<half>[ap]\.?\s?m\.?(?![a-z]))?"
    r"(?:Uhr\b|h\b|min\b)?(?P<zone>.*)",
    re.IGNORECASE | re.DOTALL,
)
_HALVES = MappingProxyType({"上午": "am", "午前": "am", "오전": "am", "下午": "pm", "午後": "pm", "오후": "pm"})
_UNIX = re.compile(  # "Fri Oct  1 23:59:00 CEST 2027", as the program `date` and C write it
    r"(?P<day>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} {1,2}\d{1,2}) (?P<clock>\d\d:\d\d:\d\d)"
    r"(?P<zone>(?: [A-Z]{2,5}| [+-]\d{4})?) (?P<year>\d{4})"
)
_LEAP = "60"  # a second that a day has now and then, before midnight UTC
_OFFSET = re.compile(r"(?:UTC|GMT)?([+−-])(\d\d?)(?::?(\d\d))?")
_PLACE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2}")
_HOURS: MappingProxyType[str, float] = MappingProxyType({
    **dict.fromkeys(("Z", "UTC", "GMT", "UT", "WET"), 0), **dict.fromkeys(("CET", "MEZ", "WEST"), 1),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST"), 2), **dict.fromkeys(("EEST", "MSK"), 3), "JST": 9, "KST": 9,
    "AWST": 8, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EDT": -4, "MDT": -6,
    "PDT": -7, "AKDT": -8, "AKST": -9, "HST": -10, "NDT": -2.5, "BRT": -3,
})  # fmt: skip
_SEVERAL = frozenset((  # names of more than one zone
    "ACT", "ADT", "AMT", "AST", "BST", "CDT", "CST", "ECT", "EST", "FST", "GST", "IST", "LST", "MST", "PST", "SST",
    "WST",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    """A moment, in UTC; or none, and a sentence where something is written that is not understood."""

    at: datetime | None = None
    doubt: str = ""


def when(text: str, zone: tzinfo | None = UTC) -> When:
    """What `text` says; a time without a zone is of `zone`, or of this machine's where that is None."""
    text = unicodedata.normalize("NFC", text[: _MOST + 1]).strip()
    try:
        return When(_moment(text, zone))
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError) as error:
        why = str(error) if type(error) is ValueError else "there is no such time"
        return When(doubt=f"“{terminal(text, 60)}” is not understood: {why}")


def _moment(text: str, zone: tzinfo | None) -> datetime:
    """Raises ValueError with the reason."""
    if unix := _UNIX.fullmatch(text):
        text = "{day} {year} {clock}{zone}".format_map(unix.groupdict())
    day = next((found for pattern in _DAYS if (found := pattern.match(text))), None)
    if not day or len(text) > _MOST:
        raise ValueError("write it like 2030-10-31 23:50 UTC")
    clock = _CLOCK.fullmatch(text, day.end())
    if not clock:
        raise ValueError("it has no time of day" if not text[day.end() :].strip() else "it has no readable time of day")
    local = _date(day.groupdict()) + _time_of_day(clock.groupdict(""))
    moment = _as_utc(local, _zone(clock["zone"].strip(), zone))
    if clock["second"] == _LEAP and (moment.hour, moment.minute) != (23, 59):
        raise ValueError(f"{_LEAP} is no second")
    return moment


def _date(found: dict[str, str | None]) -> datetime:
    year, word = int(found["year"] or 0), found.get("word")
    if year not in _YEARS:
        raise ValueError(f"the year {year}")
    if word and word.casefold() not in _MONTHS:
        raise ValueError(f"{word} is no month that we know")
    if week := found.get("week"):
        return datetime.fromisocalendar(year, int(week), int(found["weekday"] or 0))
    month = _MONTHS[word.casefold()] if word else int(found["month"] or 0)
    return datetime(year, month, _within(int(found["day"] or 0), 31, "day"))


def _time_of_day(found: dict[str, str]) -> timedelta:
    """How long after the day's first moment; the end of a day is 24:00, too."""
    hour, half = int(found["hour"]), (_HALVES.get(found["before"], "") or found["half"])[:1].lower()
    if half and not 1 <= hour <= 12:
        raise ValueError(f"{hour} {found['before'] or found['half']} is no hour")
    hour = hour % 12 + 12 * (half == "p") if half else hour
    minute, second = int(found["minute"]), int(found["second"] or 0)
    _within(hour, 23 if minute or second else 24, "hour")
    second = 59 if found["second"] == _LEAP else second
    return timedelta(hours=hour, minutes=_within(minute, 59, "minute"), seconds=_within(second, 59, "second"))


def _within(value: int, most: int, what: str) -> int:
    if value > most:
        raise ValueError(f"{value} is no {what}")
    return value


def _zone(name: str, otherwise: tzinfo | None) -> tzinfo | None:
    """The zone of this name. Raises ValueError where none, or more than one, has it."""
    name = re.sub(r"(?<=\d)\s*\([A-Za-z ]{2,60}\)?$", "", name).strip(" ()")  # "+0200 (CEST)", as in mails
    if not name:
        return otherwise
    if name.upper() in _HOURS:
        return timezone(timedelta(hours=_HOURS[name.upper()]))
    if name.upper() in _SEVERAL:
        raise ValueError(f"several time zones are called {name}")
    if found := _OFFSET.fullmatch(name):
        minutes = int(found[2]) * 60 + _within(int(found[3] or 0), 59, "minute")
        if minutes > 14 * 60:
            raise ValueError(f"no time zone is {name}")
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    try:
        if _PLACE.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        pass
    raise ValueError(f"{terminal(name, 40)} is no time zone that we know")


def _as_utc(local: datetime, zone: tzinfo | None) -> datetime:
    """The moment when clocks of `zone` first show `local`. Raises ValueError where they never do."""
    moment = (local.replace(tzinfo=zone) if zone else local).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError("clocks were put forward over that hour")
    return moment
