"""Which families there are: name → what makes the cases."""

import autolab
import check50
import exercism
import gradescope
import inginious
import kattis
import quixbugs

ALL = {
    **dict.fromkeys(exercism.TRACKS, exercism.cases),
    "autolab": autolab.cases,
    "check50": check50.cases,
    "gradescope": gradescope.cases,
    "inginious": inginious.cases,
    "kattis": kattis.cases,
    "quixbugs": quixbugs.cases,
}
