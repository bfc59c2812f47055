// Drivers of one name, told apart by their licences wherever they are named.
import { useDepotQuery } from "@kit/depot";

const DRIVERS_MOST = 500;
/** Enough of a licence to tell two people apart; the whole is on the driver's page. */
const MARK_LENGTH = 4;

/** The mark of a driver whose name another one has too, the end of the licence; undefined for all others. */
export function useNamesake(driverId: string | null): string | undefined {
  // One list for all of them: what asks for each would ask again for each with every change.
  const { data } = useDepotQuery({ query: "drivers", limit: DRIVERS_MOST }, { enabled: driverId !== null });
  return driverId === null ? undefined : namesakesOf(data?.items ?? []).get(driverId);
}

interface Named {
  readonly driverId: string;
  readonly name: string;
  readonly driverLicense: string;
  readonly erased: boolean;
}

/** The marks of those whose names coincide, by driver. */
export function namesakesOf(drivers: readonly Named[]): ReadonlyMap<string, string> {
  const byName = new Map<string, Named[]>();
  for (const driver of drivers.filter(({ erased }) => !erased)) {
    const name = folded(driver.name);
    byName.set(name, [...(byName.get(name) ?? []), driver]);
  }
  const alike = [...byName.values()].filter(({ length }) => length > 1);
  return new Map(alike.flatMap((group) => group.map(({ driverId, driverLicense }) => [driverId, markOf(driverLicense, group)] as const)));
}

/** The end of the licence, or all of it where another's ends alike. */
function markOf(license: string, group: readonly Named[]): string {
  const end = license.slice(-MARK_LENGTH);
  const isAlone = group.filter(({ driverLicense }) => driverLicense.endsWith(end)).length === 1;
  return isAlone && end.length < license.length ? `…${end}` : license;
}

function folded(name: string): string {
  return name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/\s+/gu, " ").trim();
}
