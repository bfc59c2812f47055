// Why the depot refused: the rule in a sentence, its facts by name and clock, and the way to what stands in the way.
import type { DeliveryError } from "@bindings/DeliveryError";
import type { DriverError } from "@bindings/DriverError";
import type { RouteError } from "@bindings/RouteError";
import type { VehicleError } from "@bindings/VehicleError";
import { Alert, Group, List, Text } from "@mantine/core";
import { IconHandStop, IconPlugConnectedX } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { DeliveryLink, DriverName, RouteLink, Strong, VehicleName } from "@kit/EntityLink";
import { LinkButton } from "@kit/links";
import { Moment } from "@kit/Moment";
import type { DepotError } from "@kit/problem";
import { Sentence, withinSentence } from "@kit/Sentence";

type BrokenRule = DriverError | VehicleError | RouteError | DeliveryError;

const RULES_WITH_STATUS = new Set<string>([
  "driverNotAvailable",
  "vehicleNotAvailable",
  "routeNotActive",
  "notAssignable",
  "sameCrew",
  "retryReasonMissing",
  "notInTransit",
  "notOutForDelivery",
  "deliveryTransition",
  "routeTransition",
  "checkpointsFixed",
  "routeFixed",
] satisfies BrokenRule["rule"][]);

interface RefusalProps {
  problem: DepotError | null;
  /** Where it stands on a page; in a dialog it goes with the dialog. */
  onDismiss?: () => void;
  /** The way out, where the page has one. */
  action?: ReactNode;
}

export function Refusal({ problem, onDismiss, action }: RefusalProps) {
  const { t } = useTranslation("kit");
  if (problem === null) return null;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      p="sm"
      icon={problem.isUnreachable ? <IconPlugConnectedX aria-hidden /> : <IconHandStop aria-hidden />}
      {...(onDismiss && { withCloseButton: true, onClose: onDismiss, closeButtonLabel: t("refusal.dismiss") })}
      title={t([`refusal.title.${problem.code}`, "refusal.title.other"])}
    >
      <Text component="div" size="sm">
        <Reason problem={problem} />
      </Text>
      {action !== undefined && (
        <Group justify="flex-end" mt={6}>
          {action}
        </Group>
      )}
    </Alert>
  );
}

function Reason({ problem }: { problem: DepotError }) {
  const { t } = useTranslation("kit");
  // In a problem document the HTTP status stands where some rules have a status as a fact.
  const isHidden = typeof problem.facts["status"] === "number" && RULES_WITH_STATUS.has(problem.rule ?? "");
  // A code that this desk has no words for, like what exactly was malformed, is told in the depot's own.
  if (problem.rule === undefined || isHidden) return t(`refusal.text.${problem.code}`, { defaultValue: problem.detail });
  // The facts of a rule are as the depot's types say; a rule that this desk does not know shows the depot's sentence.
  return explain(problem.facts as unknown as BrokenRule, t) ?? problem.detail;
}

function explain(broken: BrokenRule, t: TFunction<"kit">): ReactNode {
  const say = (parts: Record<string, ReactNode>, variant = "") => (
    <Sentence text={t(`rule.${broken.rule}${variant}`)} parts={parts} />
  );
  switch (broken.rule) {
    case "bookingConflict":
      return <BookingConflict {...broken} />;
    case "driverLicenseTaken":
      return say({ license: broken.driverLicense, driver: <Strong>{broken.otherName}</Strong>, other: broken.otherLicense });
    case "registrationTaken":
      return say({ registration: broken.registration, type: <Strong>{broken.otherType}</Strong>, other: broken.otherRegistration });
    case "driverAssigned":
      return say({ name: <Strong>{broken.driverName}</Strong>, delivery: <DeliveryLink id={broken.deliveryId} /> });
    case "vehicleAssigned":
      return say({ name: <Strong>{broken.registration}</Strong>, delivery: <DeliveryLink id={broken.deliveryId} /> });
    case "crewUnderWay":
      return say({ name: <Strong>{broken.resourceName}</Strong>, delivery: <DeliveryLink id={broken.deliveryId} /> });
    case "sameCrew":
    case "retryReasonMissing":
      return say({ status: deliveryStatus(t, broken.status) });
    case "routeInUse":
      return (
        <>
          {t("rule.routeInUse")}
          <List size="sm" mt={4}>
            {broken.deliveries.map((id) => (
              <List.Item key={id}>
                <DeliveryLink id={id} />
              </List.Item>
            ))}
          </List>
        </>
      );
    case "driverAlreadyAssigned":
      return say({ driver: <DriverName id={broken.driverId} /> });
    case "vehicleAlreadyAssigned":
      return say({ vehicle: <VehicleName id={broken.vehicleId} /> });
    case "driverNotAvailable":
      return say({ driver: <Strong>{broken.driverName}</Strong>, status: statusWord(t, "driver", broken.status) });
    case "vehicleNotAvailable":
      return say({ vehicle: <Strong>{broken.registration}</Strong>, status: statusWord(t, "vehicle", broken.status) });
    case "routeNotActive":
      return say({ route: <RouteLink id={broken.routeId} />, status: statusWord(t, "route", broken.status) });
    case "notAssignable":
    case "notInTransit":
    case "notOutForDelivery":
      return say({ status: deliveryStatus(t, broken.status) });
    case "deliveryTransition":
      return say(
        {
          status: deliveryStatus(t, broken.status),
          wanted: deliveryStatus(t, broken.wanted),
          valid: listed(t, broken.valid.map((status) => deliveryStatus(t, status)), "or"),
        },
        broken.valid.length === 0 ? "Terminal" : "",
      );
    case "routeTransition":
      return say(
        {
          status: statusWord(t, "route", broken.status),
          wanted: statusWord(t, "route", broken.wanted),
          valid: listed(t, broken.valid.map((status) => statusWord(t, "route", status)), "or"),
        },
        broken.valid.length === 0 ? "Terminal" : "",
      );
    case "notStaffed":
      return say({
        wanted: withinSentence(deliveryStatus(t, broken.wanted)),
        missing: <Strong>{listed(t, broken.missing.map((what) => resourceWord(t, what)), "and")}</Strong>,
      });
    case "checkpointsMissing":
      return say({ missing: <Strong>{listed(t, broken.missing.map(String), "and")}</Strong> });
    case "checkpointsFixed":
    case "routeFixed":
      return say({ status: statusWord(t, "route", broken.status) });
    case "sequenceNotGreatest":
      return say({ sequence: broken.sequence, greatest: broken.greatest });
    case "checkpointTooEarly":
      return say({ given: <Moment at={broken.expectedTime} />, bound: <Moment at={broken.after} />, what: boundWord(t, broken.what) });
    case "checkpointTooLate":
      return say({ given: <Moment at={broken.expectedTime} />, bound: <Moment at={broken.before} />, what: boundWord(t, broken.what) });
    case "startNotBeforeFirstCheckpoint":
      return say({
        start: <Moment at={broken.scheduledStartTime} />,
        first: <Moment at={broken.firstExpectedTime} />,
      });
    case "startChanged":
      return say({ start: <Moment at={broken.scheduledStartTime} />, from: <Moment at={broken.from} /> });
    case "checkpointsReached":
    case "beyondTime":
      return say({});
    case "noSuchCheckpoint":
    case "checkpointNotFound":
      return say({ sequence: broken.sequence, existing: listed(t, broken.existing.map(String), "and") });
    case "otherRoute":
      return say({ route: <RouteLink id={broken.routeId} />, given: <RouteLink id={broken.givenRouteId} /> });
    case "otherLocation":
      return say({ sequence: broken.sequence, location: broken.location, given: broken.givenLocation });
    case "tooManyPhotos":
      return say({ most: broken.most, given: broken.given });
    case "tooManyIncidents":
      return say({ most: broken.most });
    case "proofMissing":
    case "proofEmpty":
    case "signatureUrlInvalid":
    case "fileNotNamed":
    case "fileReceived":
    case "incidentAlreadyResolved":
    case "driverNotFound":
    case "vehicleNotFound":
    case "routeNotFound":
    case "deliveryNotFound":
    case "incidentNotFound":
    case "driverExists":
    case "vehicleExists":
    case "routeExists":
    case "deliveryExists":
    case "incidentExists":
    case "orderIncomplete":
      return say({});
    default:
      return undefined;
  }
}

type Conflict = Extract<BrokenRule, { rule: "bookingConflict" }>;

function BookingConflict(conflict: Conflict) {
  const { t } = useTranslation("kit");
  return (
    <>
      <Sentence
        text={t("movedDeliveryId" in conflict ? "rule.bookingConflictMoved" : "rule.bookingConflict")}
        parts={{
          name: <Strong>{conflict.resourceName}</Strong>,
          delivery: <DeliveryLink id={conflict.deliveryId} />,
          moved: "movedDeliveryId" in conflict && <DeliveryLink id={conflict.movedDeliveryId} />,
          start: <Moment at={conflict.start} />,
          end: <Moment at={conflict.end} />,
        }}
      />
      <Group justify="space-between" mt={6} gap="xs">
        <span>
          <Sentence
            text={t(conflict.overrun ? "refusal.freeOnceEnded" : "refusal.nextFree")}
            parts={{ start: <Moment at={conflict.nextFreeStart} /> }}
          />
        </span>
        <LinkButton
          to="/deliveries/$deliveryId"
          params={{ deliveryId: conflict.deliveryId }}
          size="compact-sm"
          variant="default"
        >
          {t("refusal.openConflicting")}
        </LinkButton>
      </Group>
    </>
  );
}

function deliveryStatus(t: TFunction<"kit">, status: string): string {
  return statusWord(t, "delivery", status);
}

function statusWord(t: TFunction<"kit">, of: string, status: string): string {
  return t(`status.${of}.${status}`, { defaultValue: status });
}

/** The depot names them in words; those it does not know stay as they are. */
function resourceWord(t: TFunction<"kit">, what: string): string {
  const kind = ["driver", "vehicle"].find((word) => what.includes(word));
  return kind === undefined ? what : t(`entity.${kind}`);
}

/** What a checkpoint's time collides with: another checkpoint or the start, named by the depot in English. */
function boundWord(t: TFunction<"kit">, what: string): string {
  const sequence = /^checkpoint (?<sequence>\d+)$/u.exec(what)?.groups?.["sequence"];
  if (sequence !== undefined) return t("bound.checkpoint", { sequence });
  return what.includes("start") ? t("bound.start") : what;
}

function listed(t: TFunction<"kit">, words: readonly string[], joint: "and" | "or"): string {
  return words.length < 2
    ? (words[0] ?? "")
    : t(`list.${joint}`, { first: words.slice(0, -1).join(", "), last: words.at(-1) });
}
