"""Two sample agendas with decisions, written for the demonstration; all of it is invented."""

from typing import Any

from django.contrib.auth import get_user_model

from agendas import actions, activity_demo, decision_demo, report_demo
from agendas.anchors import spots_of
from agendas.drafts import Draft
from agendas.models import Agenda, Section
from chapters.models import Chapter
from chapters.scope import in_chapter
from measurement.queries import find_indicator
from members.demo import DOMAIN

# slug, who wrote it, vision, problem, priorities: (strand, heading, body, strategies).
# A line that begins with “- ” is an action under its strategy.
AGENDAS: dict[str, dict[str, Any]] = {
    "san-francisco": {
        "author": "lou@demo.network-city.example",
        "vision": "Every woman and girl here can earn a fair living, live safely and be heard.",
        "problem": "Rent rises faster than the pay of the people who look after this city, and "
        "most of them are women.\n\nHelp exists, but it is run in pieces: separate funds, "
        "separate forms, and no shared view of who is left out.",
        "priorities": [
            (1, "Fair pay and room to rise", "", [
                ("Publish pay by gender and race at the largest employers",
                 "What is published gets fixed sooner. Employers of 100 or more come first.\n\n"
                 "- Agree on one disclosure template\n- Sign up 50 employers\n"
                 "- Publish the first joint pay report"),
                ("Open well-paid trades and technology jobs to women",
                 "Paid training, with childcare and transport covered from the first day.\n\n"
                 "- Run two pre-apprenticeship cohorts a year\n"
                 "- Agree on hiring commitments with 12 firms"),
            ]),
            (3, "Homes and care that families can afford", "", [
                ("Add childcare places near work and transit",
                 "- Turn six vacant ground floors into licensed care\n"
                 "- Train 40 people to run a small daycare at home"),
                ("Keep single mothers and older women housed",
                 "One missed payment must not end in an eviction.\n\n"
                 "- Make one intake form for all rent-help funds\n"
                 "- Answer every request within three days"),
            ]),
            (4, "Safety, and a seat at the table", "", [
                ("Safe housing within seven days",
                 "- Keep ten rooms ready across the city\n- Staff one night line together"),
                ("Parity on boards, and girls who lead",
                 "- Publish who sits on every board and commission\n"
                 "- Match 60 girls with a woman who holds office"),
            ]),
        ],
    },
    "denver": {
        "author": "dee@demo.network-city.example",
        "vision": "Women and girls in Denver set the terms of their work, homes and safety.",
        "problem": "Women in Denver work as much as men and keep less of it. Care costs more than "
        "many wages, and the last bus leaves before the late shift ends.",
        "priorities": [
            (1, "Work that pays for a life", "", [
                ("Raise pay where women work most",
                 "- Compare wages in care, food and cleaning every year\n"
                 "- Bring 20 employers to a living wage"),
                ("Help women own firms",
                 "- Lend to 30 new owners a year\n- Buy from them first"),
            ]),
            (3, "Care close to home", "", [
                ("Open care for late and early shifts",
                 "- Find three buildings near the hospitals\n- Open the first by next fall"),
            ]),
            (4, "A safe way home", "", [
                ("Run buses until the last shift ends",
                 "- Map the trips that are missing\n- Test two night lines"),
                ("Light the walks to school and work",
                 "- Walk every route once with the girls who use it"),
            ]),
        ],
    },
}  # fmt: skip
TERMS = {
    "Living wage": "Pay that covers rent, food, care and travel in this city **without help**. "
    "The council sets the figure each year.",
    "Contributed to": "We took part in what changed. We never say that one group *caused* it.",
}
# Strategy to the indicators that it will be known by.
KNOWN_BY = {
    "Publish pay by gender and race at the largest employers": ["household_income_ratio"],
    "Open well-paid trades and technology jobs to women": [
        "employment_rate_25_54",
        "employment_gap_25_54",
    ],
    "Parity on boards, and girls who lead": ["hs_degree_19_20", "hs_degree_gap_19_20"],
    "Raise pay where women work most": ["household_income_ratio"],
    "Help women own firms": ["employment_rate_25_54"],
}
# What Lou changed since: heading, words, new words, reason.
EDITS = [
    ("The problem, as we define it", "most of them are women.",
     "most of them are women. Single mothers feel it first.",
     "Names who carries the heaviest rent"),
    ("Sign up 50 employers", "50 employers", "50 employers, the city first",
     "The city agreed to go first"),
]  # fmt: skip


def load() -> None:
    """Write both agendas, publish them, and revise one, unless they are there."""
    for slug, content in AGENDAS.items():
        chapter = Chapter.objects.get(slug=slug)
        author = get_user_model().objects.get(email=content["author"])
        with in_chapter(chapter, author):
            if not Agenda.objects.exists():
                _write(chapter, author, content)
                if slug == "san-francisco":
                    _revise(author)
                    _talk(author)
            decision_demo.load(chapter, author)
            if slug == "denver":
                _revise_adopted(author)
    activity_demo.load()
    report_demo.load()


def _write(chapter: Chapter, author: Any, content: dict[str, Any]) -> None:
    agenda = actions.start_agenda(chapter, f"{chapter.name}’s common agenda", is_sample=True)
    kinds = Section.Kind
    actions.add_section(agenda, author, kinds.VISION, Draft("Vision", content["vision"]))
    problem = Draft("The problem, as we define it", content["problem"])
    actions.add_section(agenda, author, kinds.PROBLEM, problem)
    for word, meaning in TERMS.items():
        actions.add_section(agenda, author, kinds.TERM, Draft(word, meaning))
    for strand, heading, body, strategies in content["priorities"]:
        text = Draft(heading, body)
        priority = actions.add_section(agenda, author, kinds.PRIORITY, text, strand=strand)
        for name, words in strategies:
            _write_strategy(agenda, author, priority, name, words.split("\n"))
    actions.publish_agenda(agenda, "")


def _write_strategy(
    agenda: Agenda, author: Any, priority: Section, name: str, lines: list[str]
) -> None:
    text = Draft(name, "\n".join(line for line in lines if not line.startswith("- ")).strip())
    strategy = actions.add_section(agenda, author, "strategy", text, parent=priority)
    for line in lines:
        if line.startswith("- "):
            action = Draft(line.removeprefix("- "), "")
            actions.add_section(agenda, author, "action", action, parent=strategy)
    for code in KNOWN_BY.get(name, []):
        if indicator := find_indicator(code):
            actions.link_indicator(strategy, author, indicator)


def _revise(author: Any) -> None:
    for heading, words, new_words, reason in EDITS:
        section = Section.objects.get(heading=heading)
        title, body = (one.replace(words, new_words) for one in (heading, section.body))
        actions.revise_section(section, author, section.version, title, body, reason)


def _revise_adopted(author: Any) -> None:
    """A draft beside the adopted edition, once: members read and discuss the edition."""
    section = Section.objects.select_related("agenda__chapter").get(heading="Help women own firms")
    if section.version == 1 and section.agenda.edition_number:
        actions.let_members_speak(section.agenda, author, allowed=True)
        words = "The first loan is the hardest to get, so we begin there."
        text = (section.heading, words)
        actions.revise_section(section, author, 1, *text, "Says where we begin")


def _talk(lou: Any) -> None:
    """What the council and a member say about it: a thread, a suggestion, an appeal."""
    ivy, mia = (get_user_model().objects.get(email=f"{who}@{DOMAIN}") for who in ("ivy", "mia"))
    problem = Section.objects.select_related("agenda__chapter").get(kind="problem")
    actions.let_members_speak(problem.agenda, lou, allowed=True)
    anchor = spots_of(problem.body)[0].anchor
    thread = actions.add_comment(problem, ivy, "Which help? Name the three largest funds.", anchor)
    actions.answer_comment(thread, lou, "They are in the baseline report. I will add them.")
    suggested = problem.body.replace("separate funds", "**seven** separate funds")
    text = Draft(problem.heading, suggested)
    actions.suggest_text(problem, mia, problem.version, text, "The city counts seven")
    sharp = actions.add_comment(problem, mia, "My landlord at 12 Example Street says so himself.")
    actions.remove_comment(sharp, ivy, "It gives a person’s address")
    actions.appeal_removal(sharp, "The street does not exist. May I write it without?")
