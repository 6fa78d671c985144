import { Button, Code, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type JSX, useEffect, useState } from "react";
import type { Me } from "../../src/web/api.ts";
import { loginPath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { Command } from "../shared/command.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { useAction } from "../shared/use-action.ts";

/** Where one says who one is. Afterwards the page that was asked for is loaded anew. */
export function LoginPage(): JSX.Element {
  const [token, setToken] = useState("");
  const action = useAction();
  useEffect(() => {
    document.title = "Log in · NetWorkSpaces";
  }, []);
  const logIn = async (): Promise<void> => {
    await send<Me>("POST", loginPath, { token: token.trim() });
    location.reload();
  };
  return (
    <main className="login">
      <Paper withBorder p="lg" component="section" aria-labelledby="login">
        <form
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            void action.run(logIn);
          }}
        >
          <Stack gap="sm">
            <Title order={1} size="h3" id="login" className="brand">
              <img src="/icon.svg" alt="" width={24} height={24} />
              Log in to NetWorkSpaces
            </Title>
            <Text size="sm">This server does not know who you are. A token says it.</Text>
            <PasswordInput
              label="Token"
              placeholder="nws_…"
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              autoFocus
              visibilityToggleButtonProps={{ "aria-label": "Show the token" }}
            />
            <ProblemAlert message={action.failure} />
            <Button type="submit" loading={action.isBusy} disabled={token.trim() === ""}>
              Log in
            </Button>
            <HowToGetOne />
          </Stack>
        </form>
      </Paper>
    </main>
  );
}

function HowToGetOne(): JSX.Element {
  return (
    <Stack gap="xs">
      <Title order={2} size="h6">
        Where to get a token
      </Title>
      <Text size="sm">Whoever runs the server makes one for you:</Text>
      <Command text="npx networkspaces token create NAME" />
      <Text size="sm">
        If the server is yours and runs on this machine, the token of your own programs will do. It is in
      </Text>
      <Code block>{ownTokenFile()}</Code>
      <Text size="sm">This browser stays logged in for twelve hours, or until it was not used for two.</Text>
    </Stack>
  );
}

/** As src/wire/token.ts has it, for people. */
function ownTokenFile(): string {
  const { userAgent } = navigator;
  if (userAgent.includes("Windows")) {
    return "%LOCALAPPDATA%\\networkspaces\\token";
  }
  return userAgent.includes("Mac OS")
    ? "~/Library/Application Support/networkspaces/token"
    : "~/.local/share/networkspaces/token";
}
