// The system's own tooltip, written when somebody points at the thing: a table has hundreds of places that may want one.
import type { MouseEvent } from "react";

/** `text` is asked each time; an empty one shows nothing. */
export function hint<Target extends HTMLElement>(text: (target: Target) => string): { onMouseEnter: (event: MouseEvent<Target>) => void } {
  return {
    onMouseEnter: ({ currentTarget }) => {
      currentTarget.title = text(currentTarget);
    },
  };
}
