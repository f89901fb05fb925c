"""Letters on paper: the file, and the same letters once more."""

from fastapi.responses import RedirectResponse, Response

from crm.accounts.access import LETTER_SENT
from crm.letters.batch import Batch
from crm.letters.judging import Errand, Judged
from crm.letters.queries import judged, letters_in, template_of
from crm.letters.template import Letter
from crm.letters.ways import all_on_paper
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, Visit
from crm.web.pages.letter_rounds import keep_looks


def as_file(letters: list[Letter]) -> Response:
    """Letters as one PDF, to be printed."""
    headers = {
        "Content-Disposition": 'inline; filename="letters.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(all_on_paper(letters), media_type="application/pdf", headers=headers)


def printed_again(visit: Visit, batch: Batch) -> Response:
    """The letters of a run that was made, as they were dated; of who may still be written to.

    Where there is nobody any more, the page of the run.
    """
    site = visit.site
    with reading(site.engine) as connection:
        of = (visit.scope, connection)
        template = template_of(*of, batch.name, batch.version)
        if template is None:
            raise NotFound
        due = letters_in(*of, batch.batch_id, ("sent",))
        errand = Errand(template, batch.language, batch.way, batch.at_us, site.keeper)
        group = {each.person_id: each.occasion for each in due}
        found = judged(*of, site.keyring, errand, group, site.now_us())
    gets = [one for _, one in sorted(found.items()) if isinstance(one, Judged)]
    if not gets:
        return RedirectResponse(f"/letters/batch/{batch.batch_id}", 303)
    keep_looks(visit, gets, LETTER_SENT)
    return as_file([each.letter for each in gets])
