// One press of the pointer or of a key is one intention. The second click of a double click, and a key that is held down,
// never reach what came up in the place of what was pressed.
import { useRef } from "react";

/** A hand's second click follows within this time, and hardly moves. */
const SECOND_MS = 450;
const PLACE_PX = 3;
const CONTROLS = "a, button, input, select, textarea, label, summary, [role], [tabindex]";

interface Press {
  readonly id: number;
  readonly at_ms: number;
  readonly control: Element | null;
  /** Undefined for a key. */
  readonly place: { readonly x: number; readonly y: number } | undefined;
}

let last: Press | undefined;
let count = 0;
let isSwallowed = false;

/** Watches the page's presses until the returned function is called. */
export function watchPresses(): () => void {
  const listeners = { pointerdown: onPointer, click: onClick, keydown: onKey, input: forgetKey } as const;
  for (const [type, listener] of Object.entries(listeners)) addEventListener(type, listener as EventListener, true);
  return () => {
    for (const [type, listener] of Object.entries(listeners)) removeEventListener(type, listener as EventListener, true);
    last = undefined;
    isSwallowed = false;
  };
}

/** Returns a check that is true once for each press; always where presses are not watched. */
export function useOncePerPress(): () => boolean {
  const used = useRef<number>(undefined);
  return () => {
    if (last === undefined) return true;
    if (used.current === last.id) return false;
    used.current = last.id;
    return true;
  };
}

function onPointer(event: PointerEvent): void {
  const place = { x: event.clientX, y: event.clientY };
  isSwallowed = press(event, controlOf(event.target), place);
}

function onClick(event: MouseEvent): void {
  // A click without a pointer comes from a key or from a script.
  if (isSwallowed && event.detail > 0) swallow(event);
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== "Enter" && event.key !== " ") return pressOtherKey(event);
  if (isWriting(event)) return;
  if (event.repeat || press(event, controlOf(event.target), undefined)) swallow(event);
}

/** Any other key, such as an arrow that moves a row, is an intention of its own; one that is held down is not. */
function pressOtherKey(event: KeyboardEvent): void {
  forgetKey();
  if (event.repeat) return;
  count += 1;
  last = { id: count, at_ms: -Infinity, control: null, place: undefined };
}

/** Somebody wrote something in between: what comes next is another intention. */
function forgetKey(): void {
  if (last !== undefined && last.place === undefined) last = { ...last, at_ms: -Infinity };
}

/** Takes note of a press. Returns whether it is the second half of the one before, on another control. */
function press(event: Event, control: Element | null, place: Press["place"]): boolean {
  const isSecond = last !== undefined && event.timeStamp - last.at_ms < SECOND_MS && isSamePlace(last.place, place);
  if (last !== undefined && isSecond) return control !== last.control;
  count += 1;
  last = { id: count, at_ms: event.timeStamp, control, place };
  return false;
}

function isSamePlace(one: Press["place"], other: Press["place"]): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Math.abs(one.x - other.x) <= PLACE_PX && Math.abs(one.y - other.y) <= PLACE_PX;
}

function controlOf(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest(CONTROLS) : null;
}

/** Both keys write a character in a text area, the space bar in every text field. */
function isWriting({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return isTextField(target) && (key === " " || !(target instanceof HTMLInputElement));
}

const NO_TEXT = new Set(["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"]);

/** Whether keys write into it. */
export function isTextField(element: HTMLElement): boolean {
  if (element instanceof HTMLInputElement) return !NO_TEXT.has(element.type);
  return element instanceof HTMLTextAreaElement || element.isContentEditable;
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
