// Starts the driver's app: its texts, its database, its depot and its service worker.
import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/global.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/Loader.css";
import "@mantine/core/styles/Button.css";
import "@mantine/core/styles/Input.css";
import "@kit/base.css";
import "./parts/phone.css";
import { Button, createTheme, MantineProvider, mergeThemeOverrides } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { cssVariablesResolver, theme } from "@kit/theme";
import { App, CannotKeep } from "./app/App";
import { Phone, PhoneProvider } from "./phone";
import { startTexts } from "./texts";
import { registerWorker } from "./worker";

// The phone's own font: nothing to load, and it follows the size that the driver has set.
const phoneTheme = mergeThemeOverrides(theme, createTheme({
  fontFamily: "system-ui, sans-serif",
  defaultRadius: "lg",
  // Words wrap rather than lose their end: German ones are long, and drivers set large letters.
  components: { Button: Button.extend({ styles: { label: { whiteSpace: "normal", lineHeight: 1.2, textAlign: "center" } } }) },
}));

async function start(root: HTMLElement): Promise<void> {
  startTexts();
  const phone = await Phone.open().catch(() => undefined);
  // Not to be cleared by the browser when space is short; plain HTTP cannot ask for it.
  void navigator.storage?.persist?.();
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={phoneTheme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
        {phone === undefined ? (
          <CannotKeep />
        ) : (
          <PhoneProvider value={phone}>
            <App />
          </PhoneProvider>
        )}
      </MantineProvider>
    </StrictMode>,
  );
  phone?.start();
  await registerWorker();
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");
void start(root);
