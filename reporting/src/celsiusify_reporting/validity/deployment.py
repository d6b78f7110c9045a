"""Find what limits the results of a run in a cluster."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.nodes import shares_node
from celsiusify_reporting.validity.finding import Finding, FindingCode, Kind, Severity, finding


def cluster_caveats(cluster: Cluster, measurements: Sequence[Measurement]) -> Iterator[Finding]:
    """Find unknown images, shared nodes, and replicas that changed."""
    ran = [measurement for measurement in measurements if measurement.counting]
    yield from _unknown(cluster, ran)
    yield from _caveat(
        FindingCode.NODE_SHARED,
        [measurement for measurement in ran if shares_node(cluster, measurement)],
    )
    for measurement in measurements:
        if measurement.replicas and measurement.replicas.changed:
            yield finding(
                FindingCode.REPLICAS_CHANGED,
                Kind.SETUP,
                Severity.CAVEAT,
                measurement.name,
                fewest=measurement.replicas.fewest,
                most=measurement.replicas.most,
                targets_compared=len(ran) > 1,
            )


def _unknown(cluster: Cluster, ran: Sequence[Measurement]) -> Iterator[Finding]:
    """Find images, digests and engines that are unknown."""
    known = [
        (measurement, cluster.targets.get(measurement.name, Deployed())) for measurement in ran
    ]
    yield from _caveat(
        FindingCode.IMAGE_UNKNOWN,
        [measurement for measurement, deployed in known if deployed.image is None],
    )
    yield from _caveat(
        FindingCode.DIGEST_UNKNOWN,
        [measurement for measurement, deployed in known if deployed.image and not deployed.digest],
    )
    yield from _caveat(
        FindingCode.ENGINE_UNKNOWN,
        [
            measurement
            for measurement, deployed in known
            if deployed.image and not measurement.target.engine
        ],
    )


def _caveat(code: FindingCode, measurements: Sequence[Measurement]) -> Iterator[Finding]:
    if measurements:
        names = tuple(measurement.name for measurement in measurements)
        yield finding(code, Kind.SETUP, Severity.CAVEAT, targets=names)
