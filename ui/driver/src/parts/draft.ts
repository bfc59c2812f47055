// What a driver typed, drew or photographed and did not send yet: kept on the phone's disk, so that a page that is loaded again
// shows it as it was.
import { useEffect, useState } from "react";
import { usePhone } from "../phone";

/** Names the drafts of one form on one delivery. A deed of that form removes them all. */
export function draftsOf(deliveryId: string, form: "proof" | "incident" | "failed"): string {
  return `draft:${deliveryId}:${form}:`;
}

/**
 * One field of a form. The value is undefined while the phone's database is read. An empty one is not kept: what was taken
 * back is given up.
 */
export function useDraft<Value>(
  name: string,
  empty: Value,
  isEmpty: (value: Value) => boolean,
): readonly [Value | undefined, (value: Value) => void] {
  const phone = usePhone();
  const [value, setValue] = useState<Value>();
  useEffect(() => {
    let isWanted = true;
    const show = (kept: Value | undefined) => isWanted && setValue(kept ?? empty);
    phone.draft<Value>(name).then(show, () => show(undefined));
    return () => {
      isWanted = false;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a form that is empty at first is read once
  }, [phone, name]);
  const change = (next: Value) => {
    setValue(next);
    phone.keepDraft(name, isEmpty(next) ? undefined : next);
  };
  return [value, change];
}
