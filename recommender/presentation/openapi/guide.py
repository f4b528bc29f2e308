"""What a reader of the OpenAPI document has to know before its operations: in Markdown, as viewers show it."""

from __future__ import annotations

ABOUT = """JSON over HTTP. Nothing that is sent is kept: answers live in the request and in the reply to it.

**In short.** Send what was answered so far to `POST /api/v1/next`; show the page that comes back; send again, until `done`.
Where `stop` is there, show it: no routine comes of these answers. Otherwise send `answers` to `POST /api/v1/recommendations`.
After some days do the same with `follow_up`, and send the whole check to `POST /api/v1/check-ins`.

**Answers** stand by question id. What an answer is follows from the `kind` of the question:

| kind | answer |
|---|---|
| `one` | the id of an option |
| `many` | a list of ids of options, each once; one that is `exclusive` stands alone |
| `number` | a whole number from `minimum` to `maximum` |
| `task` | `{"task": "put on my socks", "score": 4}`: one thing in the person's own words, and how well they can do it now |
| `moves` | a list of ids of exercises of the routine that was done |

Null, `""` and `[]` are no answer; no safety question that has none is ever read as "no". In `POST /api/v1/next` null also
says that the question was seen and skipped.

**Conditions** (`shown_if`, `asked_if`, `after_result`, `stops_if_see_first`, and `when` of a rule) are objects with one key:
`{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}`, `{"at_least": {"n": 2, "of": [...]}}`, `{"finding": "name"}`, the word
`"always"`, or a question with one test: `{"duration": {"is": "gt_12w"}}`, `{"duration": {"in": ["6_12w", "gt_12w"]}}`,
`{"pain_location": {"includes": "neck"}}`, `{"pain_location": {"includes_any": ["neck", "arm"]}}`,
`{"pain_location": {"only": "neck"}}`, `{"pain_score": {"at_least": 7}}`, `{"at_most": 3}` or `{"between": [4, 6]}`. A question
without an answer meets no test.

**Who asks by `GET /api/v1/questionnaire` alone** has to know besides: a question with `options_from` offers the options that
were chosen in that other question. After a page with `stops_if_urgent`, and after one whose `stops_if_see_first` holds, the
questions may end early, and a few of later pages may be asked at once; which, is decided by rules, so ask
`POST /api/v1/next`. A question that `renews` another stands at a check for the answer to that one. A question that
`stands_in_for` others is a short screen: nothing ticked answers them all.

**Errors** are problem documents (RFC 9457), in the language of the request. `type` leads to a page about it; `errors` says
what to do by question, or by place in a check; `problems` says the same to programs, with a JSON Pointer and a code. A sign of
danger is no error: it is a 200 with an outcome and without a routine. An error never holds a routine.

**Versions.** Whatever stands under `/api/v1` keeps its meaning; new members may come. Ids of operations do not change. What is
to go is marked `deprecated` here, and named in the changelog, at least six months before it goes, and then answers with the
header `Deprecation` (RFC 9745) and with `Sunset` (RFC 8594).
"""
