"""What published courses reached by this time: context beside a verdict, never a target and never part of one.

The trials measured with other scales, so only proportions are carried over. That nothing changed was published too;
and without treatment, active acne adds scars, so even a rise is no failure of the measurement.
"""

from __future__ import annotations

from itertools import pairwise

from scarscore.serve.course.records import Course, ExpectedRange, Trial, VisitScore

TRIALS: tuple[Trial, ...] = (
    Trial(
        "Alam et al. 2014", "3 sessions, 2 weeks apart; split face, 15 patients, blinded readings of photos",
        "Goodman-Baron quantitative -2.4 points at 3 months (p = 0.052), -3.4 at 6 months; control -1.0 and -0.4",
        "JAMA Dermatology 2014, randomised",
    ),
    Trial(
        "Dogra et al. 2014", "5 sessions a month apart; 30 of 36 patients, skin types IV and V",
        "score 11.7 to 6.5 (-45 %); brown marks in 5 patients", "https://read.qxmd.com/read/25196684",
    ),
    Trial(
        "Vietnamese series", "weekly for 3 months; 31 patients",
        "Lipper-Perez 36.5 before, 23.2 at the end, 17.8 one month and 16.4 two months later (-55 %)", "rhustr.com",
    ),
    Trial(
        "Sohag series", "6 sessions a month apart; 10 patients", "ECCA -8.6 % on average; 4 of 10 improved",
        "https://smj.journals.ekb.eg/article_40927",
    ),
    Trial(
        "PMC8501429", "4 sessions 20 days apart; 120 patients, randomised",
        "microneedling alone: no significant change; with a peel 2.87 to 2.03 grades", "PMC8501429",
    ),
    Trial(
        "Vehicle and untreated arms", "no treatment for 24 weeks, active acne",
        "scar count +14 % (Dreno 2018) and +17 % (2019)", "https://pubmed.ncbi.nlm.nih.gov/31209851",
    ),
)  # fmt: skip
GREATEST = 0.55  # of the baseline: the Vietnamese series, 36.5 to 16.4
# The same series: of its whole fall, so much was reached at the last session, a month and two months later.
REACHED = ((0, 0.66), (30, 0.93), (60, 1.0))


def expected_range(course: Course, baseline: float, last: VisitScore) -> ExpectedRange:
    """Severities (0 to 100) between the greatest published improvement by this time and none.

    During the course the greatest improvement is taken to grow evenly with each session: an assumption. `baseline`
    is a severity, 0 to 100.
    """
    planned = max(1, course.plan.sessions)
    share = REACHED[0][1] * min(1.0, last.sessions / planned)
    if last.sessions >= planned:
        share = _reached(last.days or 0)
    return ExpectedRange(baseline * (1.0 - GREATEST * share), baseline, TRIALS)


def _reached(days: int) -> float:
    """Share of the whole fall that is reached so many days after the last session, by straight lines."""
    for (day, share), (later, more) in pairwise(REACHED):
        if days <= later:
            return share + (more - share) * (days - day) / (later - day)
    return REACHED[-1][1]
