import type { Socket } from "node:net";
import type { Readable } from "node:stream";

const unsentAnswers = new WeakMap<Socket, Set<Readable>>();

/**
 * Destroys a stream that is an answer when the connection is gone that it is for. (Of an answer that waits behind another one Node does not say so, and
 * of its request not always: none is told of whose connection has asked for another protocol. The file that is read would stay open for ever.)
 */
export function endWithConnection(answer: Readable, connection: Socket): void {
  if (connection.destroyed) {
    answer.destroy();
    return;
  }
  const answers = unsentAnswers.get(connection) ?? begin(connection);
  answers.add(answer);
  answer.once("close", () => answers.delete(answer));
}

/** (One listener for all: there may be hundreds of answers.) */
function begin(connection: Socket): Set<Readable> {
  const answers = new Set<Readable>();
  unsentAnswers.set(connection, answers);
  connection.once("close", () => {
    answers.forEach((answer) => answer.destroy());
  });
  return answers;
}
