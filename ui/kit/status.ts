// Every status there is, with its tone and its mark: the one place that decides what a status looks like.
import type { DeliveryStatus } from "@bindings/DeliveryStatus";
import {
  IconArchive,
  IconBan,
  IconCalendarEvent,
  IconCircleCheck,
  IconCircleX,
  IconHelpCircle,
  IconMapPin,
  IconMoon,
  IconPackage,
  IconParking,
  IconRoute,
  IconSteeringWheel,
  IconTool,
  IconTruck,
  IconUserCheck,
} from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";
import type { ToneName } from "@kit/tones";

export interface StatusLook {
  readonly tone: ToneName;
  readonly icon: Icon;
}

export const STATUS_LOOKS = {
  delivery: {
    PickedUp: { tone: "cyan", icon: IconPackage },
    InTransit: { tone: "blue", icon: IconTruck },
    OutForDelivery: { tone: "violet", icon: IconMapPin },
    Delivered: { tone: "green", icon: IconCircleCheck },
    Failed: { tone: "red", icon: IconCircleX },
  },
  driver: {
    Available: { tone: "green", icon: IconUserCheck },
    Assigned: { tone: "blue", icon: IconSteeringWheel },
    Suspended: { tone: "red", icon: IconBan },
    Unavailable: { tone: "neutral", icon: IconMoon },
  },
  vehicle: {
    Available: { tone: "green", icon: IconParking },
    Assigned: { tone: "blue", icon: IconSteeringWheel },
    Maintenance: { tone: "amber", icon: IconTool },
    OutOfService: { tone: "red", icon: IconBan },
  },
  route: {
    Planning: { tone: "cyan", icon: IconCalendarEvent },
    Active: { tone: "green", icon: IconRoute },
    Deactivated: { tone: "neutral", icon: IconArchive },
  },
} as const satisfies Record<string, Record<string, StatusLook>>;

export type StatusSubject = keyof typeof STATUS_LOOKS;

/** A subject and one of its own statuses: a driver cannot be in maintenance. */
export type SubjectStatus = {
  [Subject in StatusSubject]: { readonly of: Subject; readonly status: keyof (typeof STATUS_LOOKS)[Subject] };
}[StatusSubject];

export function lookOf({ of, status }: SubjectStatus): StatusLook {
  const looks: Record<string, StatusLook> = STATUS_LOOKS[of];
  // A newer depot may name a status this desk does not know: it is shown plainly rather than not at all.
  return looks[status] ?? { tone: "neutral", icon: IconHelpCircle };
}

/** Only then is where its driver is the depot's concern. */
export function isUnderWay({ status }: { readonly status: DeliveryStatus }): boolean {
  return status === "InTransit" || status === "OutForDelivery";
}
