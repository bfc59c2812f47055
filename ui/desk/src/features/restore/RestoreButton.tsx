// The way to a backup, wherever it is offered. Only for admins. The dialog comes when it is wanted.
import { Button } from "@mantine/core";
import type { ButtonProps } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

const RestoreModal = lazy(async () => ({ default: (await import("./RestoreModal")).RestoreModal }));

interface RestoreButtonProps extends ButtonProps {
  /** The backup, where it is not to be chosen. */
  folder?: string;
  /** What it is called aloud, where the word on it stands in a list. */
  label?: string;
}

export function RestoreButton({ folder, label, ...button }: RestoreButtonProps) {
  const { t } = useTranslation("restore");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" {...button} {...(label !== undefined && { "aria-label": label })} onClick={() => setOpen(true)}>
        {t(folder === undefined ? "offer" : "restore")}
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <RestoreModal {...(folder !== undefined && { folder })} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
