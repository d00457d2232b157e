"""From the verdicts on cases to points: runs groups in order, stops where the package says so, adds up as it says."""

from dataclasses import dataclass, field

from packages import Group, wrong
from provost_grader import Patience, parallel

NOT_RUN = "not run: a case before this one was rejected"


@dataclass
class GroupResult:
    group: Group
    results: list = field(default_factory=list)  # GroupResult, or (Case, Verdict or None when it was not run)
    ran: bool = True

    @property
    def accepted(self):
        return self.ran and all(
            one.accepted if isinstance(one, GroupResult) else one[1] and one[1].accepted for one in self.results
        )

    def first_rejected(self):
        for one in self.results:
            found = one.first_rejected() if isinstance(one, GroupResult) else one if one[1] and not one[1].accepted else None
            if found:
                return found
        return None


class Run:
    """`judge(case)` gives a verdict; `seen(case, verdict or None, reason)` is called once for each case, in order."""

    def __init__(self, judge, seen, workers, always_all=False, is_scoring=False):
        self._judge, self._seen, self._workers, self._all, self._is_scoring = judge, seen, workers, always_all, is_scoring
        self._patience = Patience()
        self._accepted = {}

    def group(self, group, skip=None):
        result = GroupResult(group, ran=skip is None)
        groups = [child for child in group.children if isinstance(child, Group)]
        cases = [child for child in group.children if not isinstance(child, Group)]
        stopped = skip
        for child in groups:
            missing = [name for name in child.requires if not self._accepted.get(name, False)]
            reason = stopped or (f"not run: it needs {missing[0]} to be accepted" if missing else None)
            result.results.append(self.group(child, reason))
            # Of a scoring problem every group is run: a rejected one costs its own points.
            if not result.results[-1].accepted and not self._is_scoring and not self._all:
                stopped = stopped or NOT_RUN
        result.results += self._cases(cases, group.stops and not self._all, stopped)
        self._accepted[group.name] = result.accepted
        return result

    def _one(self, case):
        if self._patience.is_over:
            return None
        verdict = self._judge(case)
        self._patience.saw(verdict.kind == "TLE")
        return verdict

    def _cases(self, cases, stops, reason):
        results = []
        verdicts = parallel(self._one, cases, self._workers) if reason is None else None
        for case in cases:
            verdict = None
            if reason is None:
                verdict = next(verdicts)
                if verdict is None:
                    reason = Patience.reason
            self._seen(case, verdict, reason)
            results.append((case, verdict))
            if verdict is not None and not verdict.accepted and stops and reason is None:
                reason = NOT_RUN
                verdicts.close()
        return results


def most(group):
    """The largest score of a group, or None when the package sets none."""
    if group.most is not None:
        return group.most
    if not group.legacy:
        children = [most(child) for child in group.children if isinstance(child, Group) and child.name != "sample"]
        return sum(children) if children and None not in children else None
    values = [most(child) if isinstance(child, Group) else group.accept for child in _counted(group, group.children)]
    return None if None in values else _together(group, values)


def _counted(group, children):
    names = [child.name for child in children]
    return [child for child, name in zip(children, names) if not (group.ignores_sample and name == "sample")]


def _together(group, values):
    if not values:
        return 0
    return {"sum": sum, "min": min, "max": max, "avg": lambda all_: sum(all_) / len(all_)}[group.aggregation](values)


def score(result, largest=None):
    """The score of a group. `largest`: what its parent says that it is at most."""
    group = result.group
    if group.legacy:
        return _legacy_score(result)
    largest = group.most if group.most is not None else largest
    if not result.ran:
        return 0
    if group.aggregation == "pass-fail":
        if largest is None:
            wrong(f"{group.name} needs a max_score")
        return largest if result.accepted else 0
    groups = [one for one in result.results if isinstance(one, GroupResult)]
    if groups:
        return _together(group, [score(one) for one in groups if one.group.name != "sample"])
    each = None if largest is None else largest if group.aggregation == "min" else largest / max(1, len(result.results))
    return _together(group, [_case_score(group, verdict, each) for _, verdict in result.results])


def _case_score(group, verdict, each):
    if verdict is None or not verdict.accepted:
        return 0
    if verdict.score is not None:
        if each is not None and verdict.score > each * (1 + 1e-9):
            wrong(f"{group.name}: a score of {verdict.score:g} is above the largest, {each:g}")
        return verdict.score
    if each is None:
        wrong(f"{group.name} has no max_score and its validator gave no score")
    return each * (1 if verdict.multiplier is None else verdict.multiplier)


def _legacy_score(result):
    group = result.group
    values = []
    kept = {id(child) for child in _counted(group, group.children)}
    for child, one in zip(_ordered(group), result.results):
        if id(child) not in kept:
            continue
        if isinstance(one, GroupResult):
            values.append(_legacy_score(one))
        elif one[1] is not None and one[1].accepted:
            values.append(group.accept if one[1].score is None else one[1].score)
        else:
            values.append(group.reject)
    return _together(group, values)


def _ordered(group):
    """The children in the order of the results: groups first."""
    return [child for child in group.children if isinstance(child, Group)] + [
        child for child in group.children if not isinstance(child, Group)
    ]
