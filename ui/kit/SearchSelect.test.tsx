import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeAll, expect, test, vi } from "vitest";
import { startTranslations } from "@kit/i18n";
import { ListSelect } from "@kit/ListSelect";
import { PickGateContext, usePickGate } from "@kit/pickGate";

beforeAll(() => void startTranslations({}));

const VANS = ["HH-XY 101", "HH-XY 202", "HH-XY 2020", "B-AB 7"].map((label) => ({ value: label, label }));

function Form({ onSend }: { onSend: (van: string | null) => void }) {
  const [van, setVan] = useState<string | null>(null);
  const gate = usePickGate(() => onSend(van));
  return (
    <PickGateContext value={gate}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          gate.submit();
        }}
      >
        <ListSelect label="Van" data={VANS} value={van} onChange={setVan} />
        <button type="submit">Send</button>
      </form>
    </PickGateContext>
  );
}

function show() {
  const onSend = vi.fn();
  render(
    <MantineProvider env="test">
      <Form onSend={onSend} />
    </MantineProvider>,
  );
  return { onSend, field: screen.getByLabelText<HTMLInputElement>("Van", { selector: "input" }) };
}

test.each([
  ["101", "HH-XY 101"],
  ["hhxy202", "HH-XY 202"],
  ["b ab", "B-AB 7"],
])("enter after %s takes the one thing that fits, %s, and sends it", async (typed, van) => {
  const { onSend, field } = show();
  await userEvent.type(field, `${typed}{Enter}`);
  await waitFor(() => expect(onSend).toHaveBeenCalledWith(van));
  expect(onSend).toHaveBeenCalledTimes(1);
});

test.each([
  ["HH-XY", "Several fit “HH-XY”"],
  ["ZZ 9", "Nothing is called “ZZ 9”"],
])("%s stops the form, which says why and keeps the text", async (typed, reason) => {
  const { onSend, field } = show();
  await userEvent.type(field, `${typed}{Enter}`);
  await screen.findByText(new RegExp(reason, "u"));
  fireEvent.click(screen.getByRole("button", { name: "Send" }));
  await userEvent.tab();
  expect(field.value).toBe(typed);
  expect(onSend).not.toHaveBeenCalled();
});

test("a field that is left takes the one thing that fits", async () => {
  const { onSend, field } = show();
  await userEvent.type(field, "101");
  await userEvent.tab();
  await waitFor(() => expect(field.value).toBe("HH-XY 101"));
  fireEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(onSend).toHaveBeenCalledWith("HH-XY 101");
});

test("an empty field sends nothing chosen", async () => {
  const { onSend, field } = show();
  await userEvent.type(field, "101");
  await userEvent.clear(field);
  fireEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(onSend).toHaveBeenCalledWith(null);
});
