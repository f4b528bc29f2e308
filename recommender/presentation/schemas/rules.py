"""The replies with rules, as clinicians read and approve them."""

from __future__ import annotations

from recommender.models.rules import Asked
from recommender.presentation.schemas.actions import ActionsSchema
from recommender.presentation.schemas.questionnaire import ConditionField
from recommender.presentation.schemas.recommendation import RuleSetSchema
from recommender.presentation.schemas.reply import ReplySchema, part, parts, texts, words, yes_no


class BranchSchema(ReplySchema):
    id = words("Id of the case: that of the rule, or `rule/2`.")
    when = ConditionField(
        required=True, metadata={"description": "When it fires, in the language of the rule files (`rules/README.md`)."}
    )
    asked = words("When it speaks at all, as `when` says too.", null="where that is always", ids=Asked)
    then = part(ActionsSchema, "What it does: only the parts that it uses.")
    say = words('What it says to the person; "" where it says nothing.')
    why = words("Why, for clinicians.")


class RuleSchema(ReplySchema):
    id = words("Id of the rule.")
    title = words("Its title.")
    kind = words("Its kind: the folder it stands in.")
    why = words("Why, for clinicians.")
    sources = texts("Ids of its sources.")
    strength = texts("How strong the evidence is.")
    needs_clinical_decision = yes_no("Whether a clinician must settle a point before release.")
    path = words("Its file.")
    text_only = yes_no("Whether it only instructs writers and readers, and never fires.")
    kept_by = words("The test that keeps such a rule.", null="for a rule that fires")
    notes = texts("Notes for clinicians.")
    author = words('Who wrote it; "" where that is not said.')
    since = words("The version that it came with.")
    changed = words("The version that changed it last.", null="while none has")
    branches = parts(BranchSchema, "Its cases.")


class RuleSetNowSchema(ReplySchema):
    version = words("Version of the rule set that is served.")
    hash = words("SHA-256, in hex, of all rule, questionnaire and catalogue files.")
    approved = yes_no("Whether clinicians have approved exactly this content.")
    withdrawn = yes_no(
        "Whether no routine of it may be shown now, since it waits for an approval: keep none any longer."
    )


class RuleListSchema(ReplySchema):
    rules = parts(RuleSchema, "Every rule.")
    rule_set = part(RuleSetSchema, "The content that they belong to.")


class OneRuleSchema(ReplySchema):
    rule = part(RuleSchema, "The rule.")
    rule_set = part(RuleSetSchema, "The content that it belongs to.")
