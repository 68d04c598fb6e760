"""The dates to come of one's estate, as iCalendar at a secret address of one's own."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cpl.portal.notices import person_with_feed
from cpl.services.coming import coming, coming_certificates
from cpl.web.calendar import MOST_IN_A_FILE, calendar_answer, estates_of, mine_of
from secgov.journal import clock


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Give the dates of the person's estate; of every certificate where the person has none."""
    estates = estates_of(person_with_feed(request))
    rows = coming_certificates(on=clock.today(), models=mine_of(estates) if estates else None)
    answer = calendar_answer("CPA Certificates of my estate", coming(list(rows[:MOST_IN_A_FILE])))
    answer["Cache-Control"] = "private, no-store"
    return answer
