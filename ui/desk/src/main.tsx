// Starts the desk: the transport, the texts and the look, around the router.
import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/schedule/styles.css";
import "@mantine/spotlight/styles.css";
import "@kit/base.css";
import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startDensity } from "@kit/density";
import { DepotProvider } from "@kit/depot";
import { FollowDepot } from "@kit/FollowDepot";
import { LanguageProvider, startLanguage } from "@kit/LanguageProvider";
import { watchPresses } from "@kit/press";
import { cssVariablesResolver, theme } from "@kit/theme";
import { openTransport } from "@kit/transport";
import { router } from "./app/router";
import { SignInGate } from "./app/SignInGate";
import { loadTexts } from "./locales/load";

// Not awaited at the top of the module: WebKit holds back a chunk that shares code with one that is still awaiting.
void start();

async function start(): Promise<void> {
  startDensity();
  watchPresses();
  // The page that is wanted comes while the texts do, and while the depot tells who is there.
  void router.preloadRoute({ to: location.pathname as "/" });
  await startLanguage(loadTexts);
  const root = document.getElementById("root");
  if (root === null) throw new Error("index.html has no #root.");

  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
        <DepotProvider transport={openTransport()}>
          <LanguageProvider load={loadTexts}>
            <ModalsProvider>
              <SignInGate>
                <FollowDepot>
                  <RouterProvider router={router} />
                </FollowDepot>
              </SignInGate>
            </ModalsProvider>
          </LanguageProvider>
        </DepotProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
