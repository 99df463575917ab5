"""Where nbgrader finds and puts things, and how it grades: in our box. Nothing else is set here.

Works with `.venv/bin/nbgrader …` from the root of the repository; no environment has to be activated.
"""

import os
import re
import sys
import tomllib
import warnings
from pathlib import Path

c = get_config()
here = Path(__file__).resolve().parent

# nbgrader calls `alembic` by its bare name when it makes a new gradebook: let it be the one beside this Python.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

# nbgrader 0.9.6 makes SQLAlchemy warn for every new submission; it means nothing.
warnings.filterwarnings("ignore", message="Object of type <Submitted")

# Paths. `build/source` holds what students may get and the notebook with answers, nothing else: what is next to a
# source notebook is copied into the release.
course = tomllib.loads((here / "solutions" / "course.toml").read_text(encoding="utf-8"))
c.CourseDirectory.root = str(here)
c.CourseDirectory.course_id = re.sub(r"\W+", "-", course["name"]).strip("-").lower()  # a folder's name in the exchange
c.CourseDirectory.source_directory = "build/source"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "build/submitted"
c.CourseDirectory.autograded_directory = "build/autograded"
c.CourseDirectory.feedback_directory = "build/feedback"
c.CourseDirectory.solution_directory = "build/solution"
c.CourseDirectory.source_with_tests_directory = "build/source_with_tests"
c.CourseDirectory.db_url = f"sqlite:///{here / 'build' / 'gradebook.db'}"
(here / "build").mkdir(exist_ok=True)

# The release is committed, so it is always there: write it anew, do not skip it.
c.GenerateAssignment.force = True

# The exchange, through which students of this machine fetch and submit: a folder that everybody may write to and that
# is there already. Without a line here nbgrader takes its own default, /usr/local/share/nbgrader/exchange, where that
# exists, and else release_assignment and collect end with “Unwritable directory”. convgrade needs no exchange.
# c.Exchange.root = "…"
c.ExchangeFactory.collect = "autograder.hosts.nbgrader_steps.CollectPlainFiles"

# Grading: a submission's sources are put into our release, the raw file is graded behind the wall, and the report is
# written into the check cells.
c.Autograde.exporter_class = "autograder.hosts.nbgrader_steps.TidyExporter"
c.Autograde.autograde_preprocessors = [
    "autograder.hosts.nbgrader_steps.GradeInBox",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.hosts.nbgrader_steps.HoldUngraded",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Feedback pages: formulas are readable without a network.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "cnnkit.formulas.Formulas",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.Formulas.enabled = True

# Lateness costs what solutions/course.toml says under [late], [extensions] and [deadlines].
c.AssignLatePenalties.plugin_class = "autograder.gradebook.late_penalties.LatePenalty"
