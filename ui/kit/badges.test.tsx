import { render } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";
import { startTranslations } from "@kit/i18n";
import { LateBadge } from "@kit/LateBadge";
import en from "@kit/locales/en.json";
import { STATUS_LOOKS } from "@kit/status";
import type { SubjectStatus } from "@kit/status";
import { StatusBadge } from "@kit/StatusBadge";

beforeAll(() => void startTranslations({}));

test("every status has a text, and no text is left over", () => {
  for (const [subject, looks] of Object.entries(STATUS_LOOKS)) {
    expect(Object.keys(en.status[subject as keyof typeof en.status])).toEqual(Object.keys(looks));
  }
});

test("a status is told by a word and a mark, not by colour alone", () => {
  const { container } = render(<StatusBadge of="delivery" status="OutForDelivery" />);
  expect(container.textContent).toBe("Out for delivery");
  expect(container.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
});

test("a status from a newer depot is shown by its name", () => {
  const unknown = { of: "driver", status: "OnLeave" } as unknown as SubjectStatus;
  expect(render(<StatusBadge {...unknown} />).container.textContent).toBe("OnLeave");
});

test.each([
  [0.9, ""],
  [12, "12 min late"],
  [95, "1 h 35 min late"],
])("%d minutes behind reads %j", (minutes, text) => {
  expect(render(<LateBadge minutes={minutes} />).container.textContent).toBe(text);
});
