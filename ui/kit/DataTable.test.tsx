import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeAll, expect, test } from "vitest";
import { DataTable } from "@kit/DataTable";
import { startTranslations } from "@kit/i18n";

beforeAll(() => void startTranslations({}));

const NAMES = ["Ana", "Ben", "Cleo", "Dora"];
const COLUMNS = [{ key: "name", title: "Name", cell: (name: string) => <a href={`#${name}`}>{name}</a> }];

function Table({ onOpen, current }: { onOpen?: (name: string) => void; current?: string }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return (
    <MantineProvider>
      <DataTable
        label="People"
        columns={COLUMNS}
        rows={NAMES}
        rowKey={(name) => name}
        choice={{ chosen, onChange: setChosen, nameOf: (name) => name }}
        {...(onOpen && { onOpen })}
        current={current}
      />
      <output>{[...chosen].join(" ")}</output>
    </MantineProvider>
  );
}

test("boxes choose rows, with Shift a stretch, and the head's box all of them", async () => {
  const user = userEvent.setup();
  render(<Table />);
  await user.click(screen.getByRole("checkbox", { name: /Ana/u }));
  await user.keyboard("{Shift>}");
  await user.click(screen.getByRole("checkbox", { name: /Cleo/u }));
  await user.keyboard("{/Shift}");
  expect(screen.getByRole("status").textContent).toBe("Ana Ben Cleo");
  await user.click(screen.getAllByRole("checkbox")[0] as HTMLElement);
  expect(screen.getByRole("status").textContent).toBe("Ana Ben Cleo Dora");
  await user.click(screen.getAllByRole("checkbox")[0] as HTMLElement);
  expect(screen.getByRole("status").textContent).toBe("");
});

test("the arrows go from row to row within a column of controls, and open as they go while one is open", async () => {
  const user = userEvent.setup();
  const opened: string[] = [];
  const { rerender } = render(<Table onOpen={(name) => opened.push(name)} />);
  screen.getByRole("link", { name: "Ana" }).focus();
  await user.keyboard("{ArrowDown}");
  expect(document.activeElement).toBe(screen.getByRole("link", { name: "Ben" }));
  await user.keyboard("{End}");
  expect(document.activeElement).toBe(screen.getByRole("link", { name: "Dora" }));
  expect(opened).toEqual([]);
  rerender(<Table onOpen={(name) => opened.push(name)} current="Dora" />);
  await user.keyboard("{ArrowUp}");
  expect(opened).toEqual(["Cleo"]);
  expect(screen.getAllByRole("row").map((row) => row.getAttribute("aria-rowindex"))).toEqual(["1", "2", "3", "4", "5"]);
});
