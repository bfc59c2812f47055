// Keeping what the driver did: confirmed only once it is on the disk, and said plainly where the phone could not.
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Keeping {
  readonly isKeeping: boolean;
  /** Does what writes to the phone's database, and tells whether it is written. Meanwhile nothing else is taken. */
  readonly keep: (write: () => Promise<unknown>) => Promise<boolean>;
  /** Says that the last one could not be written; nothing where it was. Stands beside the button. */
  readonly trouble: ReactNode;
}

export function useKeeping(): Keeping {
  const [state, setState] = useState<"ready" | "keeping" | "failed">("ready");
  const keep = async (write: () => Promise<unknown>) => {
    if (state === "keeping") return false;
    setState("keeping");
    try {
      await write();
      setState("ready");
      return true;
    } catch {
      // The phone's storage is full, or the browser took it away: the transaction left nothing behind.
      setState("failed");
      return false;
    }
  };
  return { isKeeping: state === "keeping", keep, trouble: state === "failed" && <NotKept /> };
}

function NotKept() {
  const { t } = useTranslation("driver");
  return (
    <p role="alert" className="error">
      {t("notKept")}
    </p>
  );
}
