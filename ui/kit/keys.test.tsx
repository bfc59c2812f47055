import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { useKeys } from "@kit/keys";

function Page({ did, isOpen = false }: { did: string[]; isOpen?: boolean }) {
  useKeys({ n: () => did.push("new"), "g t": () => did.push("today"), "?": () => did.push("help") });
  return (
    <>
      <input aria-label="field" />
      {isOpen && <div aria-modal="true" />}
    </>
  );
}

test("a key, a sequence and a shifted key do what they are for", async () => {
  const did: string[] = [];
  render(<Page did={did} />);
  await userEvent.keyboard("n");
  await userEvent.keyboard("gt");
  await userEvent.keyboard("?");
  expect(did).toEqual(["new", "today", "help"]);
});

test("nothing fires while typing, with a modifier, or under a dialog", async () => {
  const did: string[] = [];
  const { getByLabelText, rerender } = render(<Page did={did} />);
  await userEvent.type(getByLabelText("field"), "n gt?");
  await userEvent.click(document.body);
  await userEvent.keyboard("{Control>}n{/Control}");
  rerender(<Page did={did} isOpen />);
  await userEvent.keyboard("n");
  expect(did).toEqual([]);
});

test.each(["checkbox", "radio", "button"])("a %s that has the focus leaves the keys alone", async (kind) => {
  const did: string[] = [];
  function Chosen() {
    useKeys({ v: () => did.push("vehicle") });
    return <input type={kind} aria-label="control" />;
  }
  const { getByLabelText } = render(<Chosen />);
  getByLabelText("control").focus();
  await userEvent.keyboard("v");
  expect(did).toEqual(["vehicle"]);
});
