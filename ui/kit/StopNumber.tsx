// A checkpoint's number in its circle, coloured by how the checkpoint stands: the same on a route's and on a delivery's page.
import type { CheckpointStatus } from "@bindings/CheckpointStatus";
import { VisuallyHidden } from "@mantine/core";
import classes from "@kit/StopNumber.module.css";

export function StopNumber({ of: sequence, status }: { of: number; status: CheckpointStatus }) {
  return (
    <>
      <span className={classes["number"]} data-status={status} aria-hidden>
        {sequence}
      </span>
      <VisuallyHidden>{`${sequence}. `}</VisuallyHidden>
    </>
  );
}
