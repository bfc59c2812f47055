// Lets through who is signed in. A sign-in link brings its token along; without one the token is asked for. Where access ends
// while somebody works, their page stays behind the question, with all that they typed.
import { Button, Center, Loader, Modal, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useConnection, useTransport } from "@kit/depot";
import { DepotError } from "@kit/problem";
import type { Credential } from "@kit/protocol";

/** In the fragment, which no server's log and no referrer ever sees. */
const CODE_IN_LINK = /#code=(?<code>[^&\s]+)$/;

export function SignInGate({ children }: { children: ReactNode }) {
  const transport = useTransport();
  const connection = useConnection();
  const [linkCode] = useState(takeCodeFromLink);
  const [isSigningIn, setIsSigningIn] = useState(linkCode !== undefined);

  useEffect(() => {
    if (linkCode === undefined) return;
    // A refusal leaves the connection signed out, which shows the form.
    transport
      .signIn({ code: linkCode })
      .catch(() => undefined)
      .finally(() => setIsSigningIn(false));
  }, [transport, linkCode]);

  const [wasIn, setWasIn] = useState(false);
  const isKnown = connection === "live" || connection === "lost";
  if (isKnown && !isSigningIn && !wasIn) setWasIn(true);
  if (wasIn) {
    return (
      <>
        {children}
        {connection === "signedOut" && <SignInAgain />}
      </>
    );
  }
  // Before the first word of the depot it is not known whether to ask for a sign-in: neither is shown in haste.
  if (isSigningIn || (connection === "connecting" && transport.kind === "browser")) return <Waiting />;
  return connection === "signedOut" ? <SignInPage /> : children;
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100vh">
      <Loader aria-label={t("connection.connecting")} />
    </Center>
  );
}

/** Reads the code once, and takes it out of the address bar and the history. */
function takeCodeFromLink(): string | undefined {
  const code = codeIn(location.hash);
  if (code !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

function codeIn(text: string): string | undefined {
  const code = CODE_IN_LINK.exec(text)?.groups?.["code"];
  return code === undefined ? undefined : decodeURIComponent(code);
}

/** People paste the whole link as readily as the token. */
function credentialIn(pasted: string): Credential {
  const code = codeIn(pasted);
  return code === undefined ? { token: pasted.trim() } : { code };
}

function SignInPage() {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder radius="lg" p="xl" w={400} maw="100%" bg="var(--depot-surface)">
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
          <SignInForm />
        </Stack>
      </Paper>
    </Center>
  );
}

/** Over the page that somebody works on. */
function SignInAgain() {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={() => undefined}
      title={t("signIn.again")}
      centered
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      // Above every dialog and notification of the page.
      zIndex={1000}
    >
      <Stack>
        <Text size="sm">{t("signIn.ended")}</Text>
        <SignInForm />
      </Stack>
    </Modal>
  );
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
      await transport.signIn(credentialIn(token));
    } catch (error) {
      const { code, detail } = DepotError.from(error);
      setProblem(t(`signIn.problem.${code}`, { defaultValue: detail }));
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void signIn(event)}>
      <Stack>
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
  );
}
