// A phone joins: it scans the picture, both screens show six digits, and the dispatcher says whose phone it is.
import type { EndpointView } from "@bindings/EndpointView";
import type { PairingView } from "@bindings/PairingView";
import { Anchor, Button, Group, Modal, Select, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconCheck, IconPlugConnectedX } from "@tabler/icons-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { useDepotQuery } from "@kit/depot";
import { LinkButton } from "@kit/links";
import { Loaded } from "@kit/Loaded";
import { Moment } from "@kit/Moment";
import { DriverPick } from "@kit/picks";
import { Refusal } from "@kit/Refusal";
import { QrCode } from "./QrCode";

/** Nothing tells of the end of a code's time. */
const ASK_AGAIN_MS = 3_000;

interface PairPhoneProps {
  pairingId: string;
  endpoint: EndpointView;
  onAgain: () => void;
  onClose: () => void;
}

export function PairPhone({ pairingId, endpoint, onAgain, onClose }: PairPhoneProps) {
  const { t } = useTranslation("phone");
  const pairing = useDepotQuery({ query: "pairing", id: pairingId }, { refetchInterval: ASK_AGAIN_MS });
  const refuse = useAct();
  const state = pairing.data?.state;
  const close = () => {
    // A code that nobody needs any more shall not lie about for minutes.
    if (state === "open" || state === "waiting") refuse.run({ entity: "phone", command: { type: "refusePairing", pairingId } });
    onClose();
  };
  return (
    <Modal opened onClose={close} title={t("pair")} size={endpoint.setup.length === 0 ? "md" : "xl"} centered closeButtonProps={{ "aria-label": t("close") }}>
      <Loaded of={pairing}>
        {(shown) => <Standing pairing={shown} endpoint={endpoint} onAgain={onAgain} onClose={close} />}
      </Loaded>
    </Modal>
  );
}

interface StandingProps {
  pairing: PairingView;
  endpoint: EndpointView;
  onAgain: () => void;
  onClose: () => void;
}

function Standing({ pairing, endpoint, onAgain, onClose }: StandingProps) {
  const { t } = useTranslation("phone");
  switch (pairing.state) {
    case "open":
      return <Codes pairing={pairing} endpoint={endpoint} />;
    case "waiting":
      return <Compare pairing={pairing} onRefused={onClose} />;
    case "confirmed":
      return (
        <Ended title={t("joined", { name: pairing.driverName ?? "" })} text={t("joinedHint", { device: pairing.device ?? "" })} isGood>
          <Button variant="default" onClick={onAgain}>
            {t("another")}
          </Button>
          <Button onClick={onClose} data-autofocus>
            {t("done")}
          </Button>
        </Ended>
      );
    case "refused":
    case "expired":
      return (
        <Ended title={t(`ended.${pairing.state}`)} text={t("endedHint")}>
          <Button onClick={onAgain} data-autofocus>
            {t("again")}
          </Button>
        </Ended>
      );
  }
}

/** The pictures to scan, and what to type where no camera is at hand. */
function Codes({ pairing, endpoint }: { pairing: PairingView; endpoint: EndpointView }) {
  const { t } = useTranslation("phone");
  const [chosen, setChosen] = useState(0);
  const index = Math.min(chosen, endpoint.addresses.length - 1);
  // A browser of this machine can be a phone, too.
  const address = endpoint.addresses[index] ?? endpoint.url;
  const setup = endpoint.setup[index] ?? endpoint.setup[0];
  const code = pairing.url?.split("#")[1] ?? "";
  const isReachable = endpoint.addresses.length > 0;
  return (
    <Stack>
      {!isReachable && <NotReachable address={`${address}/pair#${code}`} expiresAt={pairing.expiresAt} />}
      {endpoint.addresses.length > 1 && (
        <Select
          label={t("address")}
          description={t("addressHint")}
          data={[...endpoint.addresses]}
          value={address}
          onChange={(picked) => setChosen(Math.max(0, endpoint.addresses.indexOf(picked ?? address)))}
          allowDeselect={false}
        />
      )}
      {isReachable && (
        <SimpleGrid cols={{ base: 1, sm: setup === undefined ? 1 : 2 }} spacing="xl">
          {setup !== undefined && (
            <Code title={t("trust")} text={t("trustHint")} address={setup} label={t("trustCode")}>
              {endpoint.fingerprint !== null && <Fingerprint of={endpoint.fingerprint} />}
            </Code>
          )}
          <Code
            title={t(setup === undefined ? "scan" : "scanThen")}
            text={t("scanHint")}
            address={`${address}/pair#${code}`}
            shown={`${address}/pair`}
            label={t("pairCode")}
          >
            <Text size="sm" c="dimmed">
              {t("until")} <Moment at={pairing.expiresAt} />
            </Text>
          </Code>
        </SimpleGrid>
      )}
      {isReachable && !endpoint.secure && <Text size="sm">{t("insecure")}</Text>}
    </Stack>
  );
}

/** No phone can follow an address of this machine alone, so there is nothing to scan; a browser of this machine can. */
function NotReachable({ address, expiresAt }: { address: string; expiresAt: string }) {
  const { t } = useTranslation("phone");
  return (
    <Stack gap="sm" align="center" ta="center" py="md">
      <IconPlugConnectedX size={36} color="var(--depot-amber-text)" aria-hidden />
      <Text size="sm" maw={420}>
        {t("onlyHereHint")}
      </Text>
      <LinkButton to="/settings" search={{ part: "endpoint" }}>
        {t("openNetwork")}
      </LinkButton>
      <Anchor href={address} target="_blank" rel="noreferrer" size="sm">
        {t("hereInstead")}
      </Anchor>
      <Text size="sm" c="dimmed">
        {t("until")} <Moment at={expiresAt} />
      </Text>
    </Stack>
  );
}

interface CodeProps {
  title: string;
  text: string;
  address: string;
  /** What is written below, where the address has more in it than somebody would type. */
  shown?: string;
  label: string;
  children?: ReactNode;
}

function Code({ title, text, address, shown = address, label, children }: CodeProps) {
  return (
    <Stack gap="xs" align="center" ta="center">
      <Title order={3} fz="md">
        {title}
      </Title>
      <Text size="sm">{text}</Text>
      <QrCode text={address} label={label} />
      <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
        {shown}
      </Text>
      {children}
    </Stack>
  );
}

/** In groups, so that two people can read it to each other. */
function Fingerprint({ of }: { of: string }) {
  const { t } = useTranslation("phone");
  return (
    <div>
      <Text size="xs" c="dimmed">
        {t("fingerprint")}
      </Text>
      <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }}>
        {of}
      </Text>
    </div>
  );
}

/** The dispatcher looks at both screens. A wrong tap here would give a stranger a driver's deliveries. */
function Compare({ pairing: { id, digits, device }, onRefused }: { pairing: PairingView; onRefused: () => void }) {
  const { t } = useTranslation("phone");
  const [driverId, setDriverId] = useState<string | null>(null);
  const confirm = useAct(t("paired"));
  return (
    <Stack>
      <Text size="sm">{t("compare", { device: device ?? "" })}</Text>
      <Text ta="center" fz={44} fw={700} ff="monospace" style={{ letterSpacing: "0.18em" }} data-testid="digits">
        {digits}
      </Text>
      <DriverPick label={t("whose")} value={driverId} onChange={setDriverId} required anyStatus />
      <Refusal problem={confirm.problem} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onRefused}>
          {t("differ")}
        </Button>
        <Button
          disabled={driverId === null}
          loading={confirm.isBusy}
          onClick={() => driverId !== null && confirm.run({ entity: "phone", command: { type: "confirmPairing", pairingId: id, driverId } })}
        >
          {t("same")}
        </Button>
      </Group>
    </Stack>
  );
}

function Ended({ title, text, isGood = false, children }: { title: string; text: string; isGood?: boolean; children: ReactNode }) {
  return (
    <Stack align="center" ta="center" py="lg">
      {isGood && <IconCheck size={48} color="var(--depot-green-text)" aria-hidden />}
      <Title order={3} fz="lg">
        {title}
      </Title>
      <Text size="sm" maw={440}>
        {text}
      </Text>
      <Group>{children}</Group>
    </Stack>
  );
}
