// A journey by the types that openapi-typescript makes: `node walk.js SITE SHEET`, the whole sheet as JSON. It prints what the person is told.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Sheet = components["schemas"]["FirstAnswers"];
type Told = { level: string; moves: string[] };
declare const process: { argv: string[] };

const site = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

function given<Reply>(reply: { data?: Reply; error?: unknown }): Reply {
  if (reply.data === undefined) throw new Error(`refused: ${JSON.stringify(reply.error)}`);
  return reply.data;
}

// Answer page after page, and return the reply that has nothing more to ask.
async function walk(sheet: Sheet): Promise<components["schemas"]["Next"]> {
  let answers: Sheet = {};
  for (;;) {
    const reply = given(await site.POST("/api/v1/next", { body: { answers } }));
    if (reply.done) return reply;
    const asked = reply.questions.map(({ id }) => [id, sheet[id as keyof Sheet] ?? null]);
    answers = { ...answers, ...Object.fromEntries(asked) };
  }
}

async function told(sheet: Sheet): Promise<Told> {
  const end = await walk(sheet);
  if (end.stop) {
    for (const rule of end.stop.fired) given(await site.GET("/api/v1/rules/{rule_id}", { params: { path: { rule_id: rule } } }));
    return { level: end.stop.disposition.level, moves: [] };
  }
  const reply = given(await site.POST("/api/v1/recommendations", { body: { answers: end.answers as Sheet, region: "GB" } }));
  if (!("left_out" in reply && Array.isArray(reply.left_out))) throw new Error("this is the short reply");
  const whole = reply as components["schemas"]["Recommendation"];
  return { level: whole.disposition.level, moves: whole.routine?.items.map((item) => item.exercise) ?? [] };
}

const asked = given(await site.GET("/api/v1/questionnaire"));
if (!asked.pages.length) throw new Error("no pages");
console.log(JSON.stringify(await told(JSON.parse(process.argv[3] ?? "{}") as Sheet)));
