import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import type { VariableView } from "../../server/client-view.ts";
import { Actor } from "../actor.ts";
import { contentOf } from "../content.ts";
import { notFound, WebError } from "../problem.ts";
import type { RouteContext, WebApp } from "../route-context.ts";
import * as schemas from "../schemas.ts";
import { textOf } from "../show/names.ts";
import { base64, showValue, showValues } from "../show/values.ts";

const ofVariable = Type.Object({ workspace: Type.String(), variable: Type.String() });
const ofValue = Type.Object({
  workspace: Type.String(),
  variable: Type.String(),
  index: Type.Integer({ minimum: 0 }),
});
const bytesQuery = Type.Object({ as: Type.Optional(Type.Literal("download")) });

/** A larger value is not taken, nor is one in a file: what is taken is answered whole, or it would be nowhere any more. */
const MOST_TAKEN_BYTES = 16 * 1_048_576;

export function valueRoutes(app: WebApp, { server, observer, babelfish }: RouteContext): void {
  const path = "/workspaces/:workspace/variables/:variable";
  app.get(
    `${path}/values`,
    {
      schema: {
        summary: "The free values of a variable, by index",
        params: ofVariable,
        querystring: schemas.valuesQuery,
        response: { 200: schemas.valuePage, "4xx": schemas.problem },
      },
    },
    ({ params, query, visitor: { principal } }) =>
      showValues(observer.variable(principal, params.workspace, params.variable), query),
  );
  app.post(
    `${path}/values`,
    {
      schema: {
        summary: "Stores a value",
        params: ofVariable,
        body: schemas.newValue,
        response: { 200: schemas.done, "4xx": schemas.problem },
      },
    },
    ({ params, body, visitor }) => {
      const { name, workspace } = observer.variable(visitor.principal, params.workspace, params.variable);
      const bytes = new Uint8Array(Buffer.from(body.bytes, "base64"));
      new Actor(server, visitor).store(workspace.name, name, body.descriptor, bytes);
      return { done: true as const };
    },
  );
  app.post(
    `${path}/take`,
    {
      schema: {
        summary: "Takes a value, if there is one (fetchTry); 413 leaves one that is too large where it is",
        params: ofVariable,
        response: { 200: schemas.taken, "4xx": schemas.problem },
      },
    },
    ({ params, visitor }) => {
      const { name, workspace } = observer.variable(visitor.principal, params.workspace, params.variable);
      const value = new Actor(server, visitor).take(workspace.name, name, ({ index, bytes, file }) => {
        const length = file?.length ?? bytes.length;
        if (file !== undefined || length > MOST_TAKEN_BYTES) {
          throw new WebError(
            413,
            "too_large",
            `value ${index} of variable '${textOf(name)}' has ${length} bytes: too many to be taken from here. It is still there; ` +
              "download it, or take it with a program, or with 'nws fetch'",
          );
        }
      });
      if (value === undefined) {
        return {};
      }
      const shown = showValue({ ...value, start: 0, end: value.bytes.length });
      return { value: { ...shown, content: base64(value.bytes) } };
    },
  );
  app.post(
    `${path}/clear`,
    {
      schema: {
        summary: "Takes all free values away",
        params: ofVariable,
        response: { 200: schemas.cleared, "4xx": schemas.problem },
      },
    },
    async ({ params, visitor }) => {
      const variable = observer.variable(visitor.principal, params.workspace, params.variable);
      const { name, workspace, freeCount } = variable;
      // What is stored meanwhile stays, or it would never end where somebody stores all the time.
      const goesOn = (): boolean => !variable.isDeleted;
      return { values: await new Actor(server, visitor).clear(workspace.name, name, freeCount, goesOn) };
    },
  );
  app.get(
    `${path}/values/:index`,
    { schema: { summary: "The bytes of a value", params: ofValue, querystring: bytesQuery } },
    (request, reply) => {
      const { params, query, visitor } = request;
      const variable = observer.variable(visitor.principal, params.workspace, params.variable);
      return sendBytes(reply, variable, params.index, query.as === "download");
    },
  );
  app.get(
    `${path}/values/:index/text`,
    {
      schema: {
        summary: "The text of a value, by its language's babelfish",
        params: ofValue,
        response: { 200: schemas.valueText, "4xx": schemas.problem, "5xx": schemas.problem },
      },
    },
    async ({ params, visitor: { principal } }) => {
      const variable = observer.variable(principal, params.workspace, params.variable);
      const { descriptor, bytes, start, end, file } = valueOf(variable, params.index);
      if (file !== undefined) {
        throw new WebError(413, "too_large", "values that live in files are not translated");
      }
      return { text: await babelfish.text(descriptor, bytes.slice(start, end)) };
    },
  );
}

function valueOf(variable: VariableView, index: number): NonNullable<ReturnType<VariableView["look"]>> {
  const value = variable.look(index);
  if (value === undefined) {
    throw notFound(`value ${index} of variable '${textOf(variable.name)}'`);
  }
  return value;
}

/** As bytes and nothing else, whatever they are: a browser must not find a page in them. */
function sendBytes(reply: FastifyReply, variable: VariableView, index: number, asFile: boolean): FastifyReply {
  const { length, body } = contentOf(valueOf(variable, index));
  void reply.type("application/octet-stream").header("content-length", length);
  if (asFile) {
    const name = textOf(variable.name).replace(/[^\w\-.]/g, "_");
    void reply.header("content-disposition", `attachment; filename="${name}-${index}.bin"`);
  }
  return reply.send(body);
}
