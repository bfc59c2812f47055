// Lets through who is signed in. A sign-in link brings its token along; without one the token is asked for.
import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useConnection, useTransport } from "@kit/depot";
import { DepotError } from "@kit/problem";

/** In the fragment, which no server's log and no referrer ever sees. */
const TOKEN_IN_LINK = /^#token=(?<token>[^&]+)$/;

export function SignInGate({ children }: { children: ReactNode }) {
  const transport = useTransport();
  const connection = useConnection();
  const [linkToken] = useState(takeTokenFromLink);
  const [isSigningIn, setIsSigningIn] = useState(linkToken !== undefined);

  useEffect(() => {
    if (linkToken === undefined) return;
    // A refusal leaves the connection signed out, which shows the form.
    transport
      .signIn(linkToken)
      .catch(() => undefined)
      .finally(() => setIsSigningIn(false));
  }, [transport, linkToken]);

  if (isSigningIn) return null;
  return connection === "signedOut" ? <SignInForm /> : children;
}

/** Reads the token once, and takes it out of the address bar and the history. */
function takeTokenFromLink(): string | undefined {
  const token = TOKEN_IN_LINK.exec(location.hash)?.groups?.["token"];
  if (token === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return decodeURIComponent(token);
}

function SignInForm() {
  const { t } = useTranslation();
  const transport = useTransport();
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);

  async function signIn(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    setProblem(undefined);
    try {
      await transport.signIn(token.trim());
    } catch (error) {
      setProblem(DepotError.from(error).detail);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder radius="lg" p="xl" w={400} maw="100%" bg="var(--depot-surface)">
        <form onSubmit={(event) => void signIn(event)}>
          <Stack>
            <img src="/icon.svg" width={44} height={44} alt="" />
            <div>
              <Title order={1} fz="xl">
                {t("signIn.title")}
              </Title>
              <Text c="dimmed" size="sm" mt={4}>
                {t("signIn.description")}
              </Text>
            </div>
            <PasswordInput
              label={t("signIn.token")}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              error={problem}
              autoComplete="off"
              required
              data-autofocus
            />
            <Button type="submit" loading={isBusy}>
              {t("signIn.submit")}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
