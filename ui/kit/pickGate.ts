// What a form asks its pickers before it is sent: whether the text in each was taken for one of the things to pick from.
import { createContext, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

/** Takes a text that only one thing fits. False where several or none do, which the picker then says. */
type Check = () => true | Promise<boolean>;

export interface PickGate {
  readonly checks: Set<Check>;
  /** Sends the form, as the press of its button does. */
  readonly submit: () => void;
}

export const PickGateContext = createContext<PickGate | undefined>(undefined);

/** Has the form around it ask `check` before it is sent. Returns what sends that form; undefined outside of one. */
export function usePickCheck(check: Check): (() => void) | undefined {
  const gate = useContext(PickGateContext);
  const latest = useRef(check);
  useLayoutEffect(() => {
    latest.current = check;
  });
  const checks = gate?.checks;
  useEffect(() => {
    const ask: Check = () => latest.current();
    checks?.add(ask);
    return () => void checks?.delete(ask);
  }, [checks]);
  return gate?.submit;
}

/** A gate for one form; `send` is called once all its pickers agree, as it is by then. */
export function usePickGate(send: () => void): PickGate {
  const latest = useRef(send);
  useLayoutEffect(() => {
    latest.current = send;
  });
  const [checks] = useState(() => new Set<Check>());
  return useMemo(() => {
    const submit = async () => {
      const answers = [...checks].map((check) => check());
      // Without a text that waits, the form goes with the press itself.
      if (answers.every((answer) => answer === true)) return latest.current();
      if ((await Promise.all(answers)).every(Boolean)) latest.current();
    };
    return { checks, submit: () => void submit() };
  }, [checks]);
}
