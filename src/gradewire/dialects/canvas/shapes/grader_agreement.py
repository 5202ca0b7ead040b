"""How far graders agree, in a form of our own. What cannot be computed from too few scores is null."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions.grader_agreement import GraderAgreement
from gradewire.actions.moderation_table import Grader
from gradewire.core.agreement import Pair, Profile


class GraderName(Struct, kw_only=True):
    """``anonymous_grader_id`` takes the place of ``scorer_id`` when the caller may not know the graders."""

    name: Annotated[str, Meta(description="Grader 1, Grader 2 and so on where names are hidden.")]
    scorer_id: int | UnsetType = UNSET
    anonymous_grader_id: str | UnsetType = UNSET


class GraderProfile(GraderName, kw_only=True):
    """One grader beside the others."""

    students: int
    mean: float
    standard_deviation: float | None
    shared_students: Annotated[int, Meta(description="Students whom others graded too.")]
    severity: Annotated[float | None, Meta(description="Points fewer than the others give to the same students, on average.")]
    spread: Annotated[float | None, Meta(description="Standard deviation over that of the others for the same students.")]


class GraderPair(Struct, kw_only=True):
    """Two graders over the students whom both graded; differences are first minus second."""

    first: GraderName
    second: GraderName
    students: int
    mean_difference: float
    standard_deviation: float | None
    lower_limit: Annotated[float | None, Meta(description="95 % limit of agreement (Bland and Altman).")]
    upper_limit: float | None
    mean_absolute_difference: float
    exact_agreement: Annotated[float, Meta(description="A share from 0 to 1.")]
    within_tolerance: float
    weighted_kappa_linear: float | None
    weighted_kappa_quadratic: float | None
    icc_agreement: Annotated[float | None, Meta(description="ICC(A,1).")]


class CompleteTable(Struct, kw_only=True):
    """Intraclass correlations over the students whom all graders graded who share students with another."""

    students: int
    graders: int
    icc_agreement: Annotated[float | None, Meta(description="ICC(A,1).")]
    icc_consistency: Annotated[float | None, Meta(description="ICC(C,1).")]
    icc_agreement_of_means: Annotated[float | None, Meta(description="ICC(A,k).")]


class AgreementOfGraders(Struct, kw_only=True):
    assignment_id: int
    points_possible: float | None
    tolerance: Annotated[float, Meta(description="In points.")]
    kappa_grades: Annotated[list[str], Meta(description="The ordered grades that kappa compares.")]
    students: int
    shared_students: int
    comparisons: Annotated[int, Meta(description="Pairs of scores of one student.")]
    mean_absolute_difference: float | None
    exact_agreement: float | None
    within_tolerance: float | None
    icc_one_way: Annotated[float | None, Meta(description="ICC(1,1).")]
    complete_table: CompleteTable
    graders: list[GraderProfile]
    pairs: list[GraderPair]


def agreement_of_graders(measured: GraderAgreement) -> AgreementOfGraders:
    found, graders = measured.found, measured.graders
    return AgreementOfGraders(
        assignment_id=measured.table.assignment.id,
        points_possible=measured.table.assignment.points_possible,
        tolerance=measured.tolerance,
        kappa_grades=measured.levels,
        students=found.students,
        shared_students=found.shared,
        comparisons=found.comparisons,
        mean_absolute_difference=found.mean_absolute,
        exact_agreement=found.exact,
        within_tolerance=found.within,
        icc_one_way=found.one_way,
        complete_table=CompleteTable(
            students=found.complete.students,
            graders=found.complete.graders,
            icc_agreement=found.complete.agreement,
            icc_consistency=found.complete.consistency,
            icc_agreement_of_means=found.complete.mean_agreement,
        ),
        graders=[_profile(one, graders[one.grader]) for one in found.graders],
        pairs=[_pair(one, graders) for one in found.pairs],
    )


def _name(grader: Grader) -> GraderName:
    if grader.anonymous:
        return GraderName(name=grader.name, anonymous_grader_id=grader.key)
    return GraderName(name=grader.name, scorer_id=grader.user_id)


def _profile(profile: Profile, grader: Grader) -> GraderProfile:
    named = _name(grader)
    return GraderProfile(
        name=named.name,
        scorer_id=named.scorer_id,
        anonymous_grader_id=named.anonymous_grader_id,
        students=profile.students,
        mean=profile.mean,
        standard_deviation=profile.deviation,
        shared_students=profile.shared,
        severity=profile.severity,
        spread=profile.spread,
    )


def _pair(pair: Pair, graders: dict[int, Grader]) -> GraderPair:
    return GraderPair(
        first=_name(graders[pair.first]),
        second=_name(graders[pair.second]),
        students=pair.students,
        mean_difference=pair.mean_difference,
        standard_deviation=pair.deviation,
        lower_limit=pair.lower,
        upper_limit=pair.upper,
        mean_absolute_difference=pair.mean_absolute,
        exact_agreement=pair.exact,
        within_tolerance=pair.within,
        weighted_kappa_linear=pair.kappa_linear,
        weighted_kappa_quadratic=pair.kappa_quadratic,
        icc_agreement=pair.icc,
    )
