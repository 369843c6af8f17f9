"""Two sample agendas, written for the demonstration; nobody in these cities has adopted them."""

from typing import Any

from django.contrib.auth import get_user_model

from agendas import actions
from agendas.drafts import Draft
from agendas.models import Agenda, Section
from chapters.models import Chapter
from chapters.scope import in_chapter

# slug, who wrote it, vision, problem, priorities: (strand, heading, body, strategies).
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
# What Lou changed since: heading, words, new words, reason.
EDITS = [
    ("The problem, as we define it", "most of them are women.",
     "most of them are women. Single mothers feel it first.",
     "Names who carries the heaviest rent"),
    ("Publish pay by gender and race at the largest employers", "- Sign up 50 employers",
     "- Sign up 50 employers, the city first", "The city agreed to go first"),
]  # fmt: skip


def load() -> None:
    """Write both agendas, publish them, and revise one, unless they are there."""
    for slug, content in AGENDAS.items():
        chapter = Chapter.objects.get(slug=slug)
        author = get_user_model().objects.get(email=content["author"])
        with in_chapter(chapter, author):
            if Agenda.objects.exists():
                continue
            _write(chapter, author, content)
            if slug == "san-francisco":
                _revise(author)


def _write(chapter: Chapter, author: Any, content: dict[str, Any]) -> None:
    agenda = actions.start_agenda(chapter, f"{chapter.name}’s common agenda", is_sample=True)
    kinds = Section.Kind
    actions.add_section(agenda, author, kinds.VISION, Draft("Vision", content["vision"]))
    problem = Draft("The problem, as we define it", content["problem"])
    actions.add_section(agenda, author, kinds.PROBLEM, problem)
    for strand, heading, body, strategies in content["priorities"]:
        text = Draft(heading, body)
        priority = actions.add_section(agenda, author, kinds.PRIORITY, text, strand=strand)
        for strategy in strategies:
            actions.add_section(agenda, author, kinds.STRATEGY, Draft(*strategy), parent=priority)
    actions.publish_agenda(agenda, "Adopted by consent")


def _revise(author: Any) -> None:
    for heading, words, new_words, reason in EDITS:
        section = Section.objects.get(heading=heading)
        body = section.body.replace(words, new_words)
        actions.revise_section(section, author, section.version, heading, body, reason)
