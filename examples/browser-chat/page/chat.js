// The messages are a queue that nobody takes from: each page reads along at its own place. examples/chat/chat.ts does so in a terminal.
import { NetWorkSpace } from "/client.js";

const form = document.querySelector("form");
const messages = document.querySelector("ol");
const status = document.querySelector("[role=status]");

const ws = new NetWorkSpace("chat", { useUse: true });
ws.server.on("disconnected", () => (status.textContent = "The server does not answer; what you say waits."));
ws.server.on("reconnected", () => (status.textContent = ""));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { from, text } = form.elements;
  const message = { from: from.value, text: text.value };
  text.value = "";
  try {
    await ws.store("messages", message);
  } catch (error) {
    status.textContent = `It was not said: ${error.message}`;
  }
});

try {
  for await (const message of ws.ifind("messages")) {
    const item = document.createElement("li");
    // As text and never as HTML: everybody may store anything here.
    item.textContent = `${message?.from}: ${message?.text}`;
    messages.append(item);
  }
} catch (error) {
  status.textContent = `${error.message}. Load the page again.`;
}
