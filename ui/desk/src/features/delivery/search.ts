// What the list of deliveries keeps in its address, and the query that it makes.
import type { DeliverySort } from "@bindings/DeliverySort";
import type { QueryOf } from "@kit/protocol";
import { compact, dayIn, flagIn, manyOf, oneOf, textIn, wordsOf } from "@kit/search";
import { startOfDay } from "@kit/time";
import { DELIVERY_STATUSES } from "@kit/words";

export interface DeliverySearch {
  /** Statuses, apart by commas. */
  status?: string;
  /** Local days, the last one included. */
  from?: string;
  to?: string;
  driver?: string;
  vehicle?: string;
  route?: string;
  open?: true;
  late?: true;
  atRisk?: true;
  unassigned?: true;
  text?: string;
  sort?: DeliverySort;
  ascending?: true;
  /** The dialog for a new delivery is open. */
  create?: true;
  /** The delivery that is open beside the table. */
  panel?: string;
}

/** By the schedule: the table shows it, and it does not move the rows under somebody who reads them. */
export const DEFAULT_SORT: DeliverySort = "scheduledStartTime";
const SORTS: readonly DeliverySort[] = ["createdAt", "scheduledStartTime", "updatedAt", "status"];

export function readDeliverySearch(raw: Record<string, unknown>): DeliverySearch {
  return compact<DeliverySearch>({
    status: manyOf(DELIVERY_STATUSES, raw["status"]),
    from: dayIn(raw["from"]),
    to: dayIn(raw["to"]),
    driver: textIn(raw["driver"]),
    vehicle: textIn(raw["vehicle"]),
    route: textIn(raw["route"]),
    open: flagIn(raw["open"]),
    late: flagIn(raw["late"]),
    atRisk: flagIn(raw["atRisk"]),
    unassigned: flagIn(raw["unassigned"]),
    text: textIn(raw["text"]),
    sort: oneOf(SORTS, raw["sort"]),
    ascending: flagIn(raw["ascending"]),
    create: flagIn(raw["create"]),
    panel: textIn(raw["panel"]),
  });
}

export function deliveriesQuery(search: DeliverySearch): QueryOf<"deliveries"> {
  const statuses = wordsOf(DELIVERY_STATUSES, search.status);
  return {
    query: "deliveries",
    status: statuses.length === 0 ? null : statuses,
    from: search.from === undefined ? null : startOfDay(search.from),
    to: search.to === undefined ? null : startOfDay(search.to, 1),
    driverId: search.driver ?? null,
    vehicleId: search.vehicle ?? null,
    routeId: search.route ?? null,
    open: search.open ?? null,
    late: search.late ?? null,
    atRisk: search.atRisk ?? null,
    unassigned: search.unassigned ?? null,
    text: search.text ?? null,
    sort: search.sort ?? DEFAULT_SORT,
    descending: search.ascending !== true,
    limit: 100,
  };
}

/** The same list without its filters. */
export function unfiltered({ sort, ascending }: DeliverySearch): DeliverySearch {
  return compact<DeliverySearch>({ sort, ascending } as Required<DeliverySearch>);
}

export function isFiltered({ create: _create, panel: _panel, sort: _sort, ascending: _ascending, ...filters }: DeliverySearch): boolean {
  return Object.keys(filters).length > 0;
}
