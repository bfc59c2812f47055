// What jsdom lacks and Mantine asks for.
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// Whole pages take long to draw while other builds keep the machine busy; a test that fails waits, none that passes does.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });

afterEach(cleanup);

window.matchMedia ??= (query: string): MediaQueryList =>
  ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {} }) as unknown as MediaQueryList;
window.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
Element.prototype.scrollIntoView ??= () => {};
// What a growing text area measures itself again by.
if (!("fonts" in document)) Object.assign(document, { fonts: new EventTarget() });
