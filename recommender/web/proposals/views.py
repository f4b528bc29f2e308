"""Propose an edit of a rule: the form, what it makes of the rule and of people, and the request that carries it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, jsonify, make_response, redirect, render_template, request, url_for

from recommender.proposals.bench import FieldFault, FilesDiffer, Proposal, RuleFile
from recommender.proposals.drafts import Draft
from recommender.proposals.impact_run import PEOPLE, State, Told
from recommender.review import audit
from recommender.review.errors import StaleVersion
from recommender.review.proposed_edit import LONGEST_PATCH, Proposed
from recommender.review.reviews import review_by_id, submit
from recommender.review.tables import Verdict
from recommender.rulebook.named import names_in_files
from recommender.rulebook.sentences import Sentences
from recommender.rulebook.targets import Target, TargetKind
from recommender.web.core.state import log_place
from recommender.web.proposals.form import long_lists, sections, state_words
from recommender.web.proposals.room import blueprint, current_bench, current_drafts, current_runs
from recommender.web.review.approval import content, current_digests, key
from recommender.web.review.database import review_session
from recommender.web.review.recording import keep_or_tell, only, review_number
from recommender.web.review.visit import may_review, visitor

_PATCH_NAME = re.compile(r"[^A-Za-z0-9-]")
_OTHER_FILE = "The rule has changed since you opened this page. Look at it as it is now, and change it again."
_NOTHING = "Nothing is changed yet. Change something, or ask for it in words on the page of the rule."
_NOTHING_SIGNED = "This changes nothing that is approved. Ask for it in words on the page of the rule."
_NOT_KEPT = "The service could not keep the proposal: it may be out of room. Try again later."


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a form held, by field, and what comes of it."""

    file: RuleFile
    given: Mapping[str, Sequence[str]]
    proposal: Proposal


@blueprint.get("/review/propose/<rule_id>")
def show(rule_id: str) -> Response:
    """The form of a rule, as it stands today or as a draft has it."""
    file = _file(rule_id)
    draft = current_drafts().draft(request.args.get("draft", ""))
    given = draft.given if draft is not None and draft.rule == rule_id and _is_of_today(draft, file) else {}
    return _form(file, given, current_bench().propose(file, given))


@blueprint.post("/review/propose/<rule_id>")
def take(rule_id: str) -> Response:
    """Look at what was changed; if it is in order and wanted, keep it and go on to what it does."""
    file = _file(rule_id)
    if request.form.get("file") != file.sha256:
        sent = _sent(file)
        fault = FieldFault("", _OTHER_FILE)
        return _form(file, sent.given, Proposal(file, sent.proposal.text, (fault,)), 409)
    sent = _sent(file, with_lint=True)
    proposal = sent.proposal
    if request.form.get("do") != "go":
        return _form(file, sent.given, proposal, 422 if proposal.faults else 200)
    if not proposal.faults and (why := _why_not(proposal)):
        proposal = Proposal(file, proposal.text, (FieldFault("", why),), proposal.rule, proposal.content)
    if proposal.faults:
        return _form(file, sent.given, proposal, 422)
    draft = Draft(content().hash, rule_id, file.rule.path, file.sha256, proposal.text, sent.given)
    try:
        current_drafts().keep(draft)
        current_runs().begin(draft)
    except OSError as error:
        log_place(error)
        return _form(file, sent.given, Proposal(file, proposal.text, (FieldFault("", _NOT_KEPT),)), 503)
    return make_response(redirect(url_for("proposals.draft", rule_id=rule_id, name=draft.name), 303))


@blueprint.post("/review/propose/<rule_id>/check")
def check(rule_id: str) -> str:
    """What is wrong with a form as it is being filled in, and the sentences of the rule: a piece of a page."""
    proposal = _sent(_file(rule_id)).proposal
    return render_template("proposals/checked.html", proposal=proposal, state=state_words(proposal))


@blueprint.get("/review/propose/<rule_id>/<name>")
def draft(rule_id: str, name: str) -> str:
    """A proposal: what the rule says then, what that does to people, its patch, and the words to send it with."""
    return _draft_page(*_draft(rule_id, name))


@blueprint.post("/review/propose/<rule_id>/<name>")
def send(rule_id: str, name: str) -> Response:
    """Send the proposal as a request for changes; or work out anew what it does."""
    found, proposal = _draft(rule_id, name)
    if request.form.get("do") == "impact":
        try:
            is_begun = current_runs().begin(found)
        except OSError as error:
            log_place(error)
            is_begun = False
        return make_response(
            redirect(url_for("proposals.draft", rule_id=rule_id, name=name, busy=None if is_begun else 1), 303)
        )
    only(may_review(visitor()))
    target, text = Target(TargetKind.RULE, rule_id), request.form.get("text", "")

    def say() -> bool:
        if request.form.get("seen") != current_digests()[target].sha256 or proposal.faults:
            raise StaleVersion(_OTHER_FILE)
        return _submit(target, text, found, proposal)

    return keep_or_tell(
        say,
        lambda is_new: url_for(
            "review.target", kind="rule", target_id=rule_id, done="request_changes" if is_new else "already"
        ),
        lambda error: _draft_page(found, proposal, error=error, typed=text),
    )


@blueprint.get("/review/propose/<rule_id>/<name>/state.json")
def state(rule_id: str, name: str) -> Response:
    """How far its impact is worked out, for the script of its page."""
    return jsonify({"state": current_runs().told(_draft(rule_id, name)[0].name).state.value})


@blueprint.get("/review/propose/<rule_id>/<name>/edit.patch")
def draft_patch(rule_id: str, name: str) -> Response:
    """The patch of a proposal that is not sent yet."""
    return _download(_draft(rule_id, name)[1].patch, rule_id)


@blueprint.get("/review/proposed/<review_id>/edit.patch")
def recorded_patch(review_id: str) -> Response:
    """The patch that a request carries, if it is as it was sent."""
    session = review_session()
    review = review_by_id(session, review_number(review_id)) or abort(404)
    if review.proposal is None or review.id not in audit.signatures(session, [review], key()):
        abort(404)
    return _download(str(review.proposal.get("patch", "")), review.target_id)


@blueprint.errorhandler(FilesDiffer)
def files_differ(error: FilesDiffer) -> Response:
    """Say that the files are not those that run."""
    return make_response(render_template("proposals/files_differ.html", me=visitor(), error=str(error)), 503)


def _submit(target: Target, text: str, found: Draft, proposal: Proposal) -> bool:
    """Record the request, and return whether it is new."""
    told = current_runs().told(found.name)
    proposed = Proposed(proposal.patch, proposal.sha256, _impact_kept(told))
    known = content()
    digest = current_digests()[target]
    said = submit(
        review_session(),
        key(),
        visitor(),
        target,
        digest,
        Verdict.REQUEST_CHANGES,
        text,
        seen=digest.sha256,
        authors=names_in_files(known, target),
        proposed=proposed,
    )
    return said is not None


def _impact_kept(told: Told) -> dict[str, Any] | None:
    """Return what the record keeps of the impact: how many, never who; or why nobody knows."""
    if told.state is State.FAILED:
        return {"unknown": told.why}
    if told.state is not State.DONE:
        return None
    if "refused" in told.found:
        return {"refused": told.found["refused"]}
    kept = ("met", "counts", "lost_in_all", "not_served")
    return {name: told.found[name] for name in kept}


def _file(rule_id: str) -> RuleFile:
    """Return the file of a rule, for whoever may ask for changes of it; 404 if there is none."""
    only(may_review(visitor()))
    if rule_id not in content().rule_set.by_id:
        abort(404)
    return current_bench().open(rule_id)


def _sent(file: RuleFile, *, with_lint: bool = False) -> _Sent:
    """Return what the form that was sent makes of a rule."""
    given = {field.name: field.read(request.form) for field in file.fields}
    return _Sent(file, given, current_bench().propose(file, given, with_lint=with_lint))


def _draft(rule_id: str, name: str) -> tuple[Draft, Proposal]:
    """Return a draft of a rule with what it makes of it; 404 where there is none, or it is of other rules than run."""
    file = _file(rule_id)
    found = current_drafts().draft(name)
    if found is None or found.rule != rule_id or not _is_of_today(found, file):
        abort(404)
    return found, current_bench().read(file, found.text)


def _is_of_today(draft: Draft, file: RuleFile) -> bool:
    return (draft.content, draft.base) == (content().hash, file.sha256)


def _why_not(proposal: Proposal) -> str:
    """Return why a proposal without faults cannot be sent; "" if it can."""
    if not proposal.is_changed:
        return _NOTHING
    if proposal.sha256 == current_digests()[Target(TargetKind.RULE, proposal.file.rule.id)].sha256:
        return _NOTHING_SIGNED
    if len(proposal.patch) > LONGEST_PATCH:
        return f"The patch is longer than {LONGEST_PATCH} characters. Propose less at once."
    return ""


def _form(file: RuleFile, given: Mapping[str, Sequence[str]], proposal: Proposal, status: int = 200) -> Response:
    page = render_template(
        "proposals/form.html",
        me=visitor(),
        file=file,
        sections=sections(file, given, proposal.faults),
        lists=long_lists(file),
        fields={field.name: field for field in file.fields},
        proposal=proposal,
        state=state_words(proposal),
        is_sent=request.method == "POST",
    )
    return make_response(page, status)


def _draft_page(found: Draft, proposal: Proposal, *, error: str | None = None, typed: str = "") -> str:
    rule = proposal.file.rule
    return render_template(
        "proposals/draft.html",
        me=visitor(),
        rule=rule,
        draft=found,
        proposal=proposal,
        today=Sentences(content()).told(rule),
        impact=current_runs().told(found.name),
        crowd=PEOPLE,
        digest=current_digests()[Target(TargetKind.RULE, rule.id)],
        is_busy="busy" in request.args,
        error=error,
        typed=typed,
    )


def _download(patch: str, rule_id: str) -> Response:
    response = make_response(patch)
    response.mimetype = "text/x-diff"
    name = _PATCH_NAME.sub("", rule_id)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.patch"'
    return response
