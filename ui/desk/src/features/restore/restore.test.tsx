// A backup is looked into before it is put back, and only by somebody who is sure; a browser is shown the command.
import type { BackupReport } from "@bindings/BackupReport";
import type { BackupView } from "@bindings/BackupView";
import type { RestoreOptions } from "@bindings/RestoreOptions";
import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { DepotProvider } from "@kit/depot";
import { startTranslations } from "@kit/i18n";
import { DepotError } from "@kit/problem";
import type { Native } from "@kit/protocol";
import { FakeDepot } from "@kit/testing/fakeDepot";
import texts from "./en.json";
import { RestoreModal } from "./RestoreModal";

const BACKUP: BackupView = {
  folder: "/media/disk/2026-11-25T12-00-00-000Z",
  begunAt: "2026-11-25T12:00:00Z",
  events: 40,
  bytes: 123_456,
  code: "1JY1-05H7-KNS7-6H31",
  checked: null,
};
const REPORT: BackupReport = {
  backup: BACKUP,
  depotName: "Porto",
  problem: null,
  foreign: false,
  signed: true,
  eventsNow: 0,
  eventsSince: 0,
};

/** A window whose system finds these backups, and says this of each. */
class Window extends FakeDepot {
  readonly restored: string[] = [];
  readonly options: RestoreOptions[] = [];
  readonly native: Native;

  constructor(found: readonly BackupView[], report: Partial<BackupReport>) {
    super({ events: { items: [], nextBefore: null } as never });
    this.native = {
      chooseBackup: async () => null,
      findBackups: async (folder: string) => {
        if (found.length === 0) throw DepotError.from({ code: "malformed", detail: `${folder} is no backup` });
        return [...found];
      },
      inspectBackup: async () => ({ ...REPORT, ...report }),
      restoreBackup: async (folder: string, options: RestoreOptions) => {
        this.restored.push(folder);
        this.options.push(options);
        return { events: 40, aside: "/depot/2026-11-26.before-restore" };
      },
    } as unknown as Native;
  }
}

beforeEach(() => void startTranslations({ restore: texts }));

function show(depot: FakeDepot, folder?: string): void {
  render(
    <MantineProvider env="test">
      <DepotProvider transport={depot}>
        <RestoreModal {...(folder !== undefined && { folder })} onClose={() => undefined} />
      </DepotProvider>
    </MantineProvider>,
  );
}

const dialog = () => within(screen.getByRole("dialog"));

async function look(): Promise<void> {
  await userEvent.type(dialog().getByLabelText("Folder"), "/media/disk");
  await userEvent.click(dialog().getByRole("button", { name: "Look" }));
}

test("what a typed folder has is looked into, and restored where nothing is here that could be lost", async () => {
  const depot = new Window([BACKUP], {});
  show(depot);
  await look();
  await dialog().findByText("Porto");
  dialog().getByText("Verified");
  dialog().getByText("Nothing is recorded here yet that could be lost.");
  await userEvent.click(dialog().getByRole("button", { name: "Restore" }));
  await dialog().findByText("/depot/2026-11-26.before-restore");
  expect(depot.restored).toEqual([BACKUP.folder]);
  expect(depot.options).toEqual([{ keepAccess: false, foreign: false }]);
});

test("what was recorded since is said, and somebody has to be sure", async () => {
  const depot = new Window([BACKUP], { eventsNow: 42, eventsSince: 2 });
  show(depot, BACKUP.folder);
  await dialog().findByText(/^2 events were recorded here since/u);
  const restore = dialog().getByRole("button", { name: "Restore" });
  expect(restore).toHaveProperty("disabled", true);
  await userEvent.click(dialog().getByLabelText(/^Set the present data aside/u));
  await userEvent.click(restore);
  await dialog().findByText("The backup is restored");
  expect(depot.restored).toEqual([BACKUP.folder]);
});

test("another depot's backup is restored only by somebody who wants that", async () => {
  const depot = new Window([BACKUP], { foreign: true, signed: false, eventsNow: 42, eventsSince: null });
  show(depot, BACKUP.folder);
  await dialog().findByText("Only the record is signed");
  const restore = dialog().getByRole("button", { name: "Restore" });
  await userEvent.click(dialog().getByLabelText(/^Set the present data aside/u));
  expect(restore).toHaveProperty("disabled", true);
  await userEvent.click(dialog().getByLabelText(/^This is another depot/u));
  await userEvent.click(dialog().getByLabelText(/^Leave tokens and phones valid/u));
  await userEvent.click(restore);
  await dialog().findByText("The backup is restored");
  expect(depot.options).toEqual([{ keepAccess: true, foreign: true }]);
});

test("one of several is chosen, and one that is damaged says why and cannot be restored", async () => {
  const older = { ...BACKUP, folder: "/media/disk/older", events: 7 };
  const depot = new Window([BACKUP, older], { problem: "depot.sqlite3 was changed", eventsNow: 42, eventsSince: null });
  show(depot);
  await look();
  const found = within(await dialog().findByRole("table", { name: "Backups in this folder" }));
  await userEvent.click(within(found.getByRole("row", { name: /\b7\b/u })).getByRole("button", { name: "Look" }));
  await dialog().findByText("depot.sqlite3 was changed");
  expect(dialog().getByRole("button", { name: "Restore" })).toHaveProperty("disabled", true);
  expect(dialog().queryByLabelText(/^Set the present data aside/u)).toBeNull();
});

test("a folder without a backup says so", async () => {
  show(new Window([], {}));
  await look();
  await dialog().findByText("/media/disk is no backup");
});

test("a browser is shown the command, as a shell takes it", async () => {
  show(new FakeDepot({ data: { folder: "/srv/depot", backups: [] } as never }), "/media/Ana's disk/2026");
  await dialog().findByText("depotd restore '/media/Ana'\\''s disk/2026' --data-dir /srv/depot");
});
