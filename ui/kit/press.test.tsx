import { fireEvent, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useOncePerPress, watchPresses } from "@kit/press";

let stop: () => void;
beforeEach(() => {
  stop = watchPresses();
});
afterEach(() => stop());

let now_ms = 1_000;

function at<Made extends Event>(event: Made, later_ms: number): Made {
  now_ms += later_ms;
  Object.defineProperty(event, "timeStamp", { value: now_ms });
  return event;
}

/** A click of the pointer at a place, so long after the one before. */
function click(element: Element, later_ms: number, x = 10) {
  const down = at(new MouseEvent("pointerdown", { bubbles: true, clientX: x, clientY: 10 }), later_ms);
  fireEvent(element, down);
  fireEvent(element, at(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1, clientX: x, clientY: 10 }), 1));
}

function key(element: Element, name: string, later_ms: number, isRepeat = false) {
  return fireEvent(element, at(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, repeat: isRepeat }), later_ms));
}

function buttons() {
  const one = vi.fn();
  const other = vi.fn();
  const { getByText } = render(
    <>
      <button onClick={one}>one</button>
      <button onClick={other}>other</button>
    </>,
  );
  return { one, other, oneButton: getByText("one"), otherButton: getByText("other") };
}

test.each([120, 200, 300, 400])("a second click after %d ms does not reach what came up there", (gap) => {
  const { one, other, oneButton, otherButton } = buttons();
  click(oneButton, 5_000);
  click(otherButton, gap);
  expect([one, other].map((press) => press.mock.calls.length)).toEqual([1, 0]);
});

test("a second click elsewhere, later or on the same control is a click", () => {
  const { one, other, oneButton, otherButton } = buttons();
  click(oneButton, 5_000);
  click(otherButton, 200, 90);
  click(oneButton, 900);
  click(oneButton, 200);
  expect([one, other].map((press) => press.mock.calls.length)).toEqual([3, 1]);
});

test("a key that is held presses once", () => {
  const { oneButton } = buttons();
  expect(key(oneButton, "Enter", 5_000)).toBe(true);
  expect(key(oneButton, "Enter", 40, true)).toBe(false);
  expect(key(oneButton, " ", 40, true)).toBe(false);
});

test("held keys write on in a text", () => {
  const { getByLabelText } = render(<textarea aria-label="text" />);
  expect(key(getByLabelText("text"), "Enter", 5_000)).toBe(true);
  expect(key(getByLabelText("text"), "Enter", 40, true)).toBe(true);
});

test("enter twice in a row counts for one control only", () => {
  const { oneButton, otherButton } = buttons();
  expect(key(oneButton, "Enter", 5_000)).toBe(true);
  expect(key(otherButton, "Enter", 100)).toBe(false);
  fireEvent.input(otherButton);
  expect(key(otherButton, "Enter", 100)).toBe(true);
});

test("one press does one thing", () => {
  const did = vi.fn();
  function Once() {
    const isNew = useOncePerPress();
    return <button onClick={() => isNew() && did()}>go</button>;
  }
  const { getByText } = render(<Once />);
  click(getByText("go"), 5_000);
  click(getByText("go"), 200);
  expect(did).toHaveBeenCalledTimes(1);
  click(getByText("go"), 2_000);
  expect(did).toHaveBeenCalledTimes(2);
});

test("an arrow after an arrow is a press of its own, and a held one is not", () => {
  const done = vi.fn();
  function Row() {
    const isNewPress = useOncePerPress();
    return (
      <button
        onKeyDown={() => {
          if (isNewPress()) done();
        }}
      >
        row
      </button>
    );
  }
  const row = render(<Row />).getByText("row");
  key(row, "ArrowUp", 1_000);
  key(row, "ArrowDown", 50);
  expect(done).toHaveBeenCalledTimes(2);
  key(row, "ArrowDown", 50, true);
  expect(done).toHaveBeenCalledTimes(2);
});
