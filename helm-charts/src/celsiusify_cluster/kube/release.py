"""The reference to a Helm release."""

from dataclasses import dataclass

NAME = "celsiusify"


@dataclass(frozen=True)
class ReleaseRef:
    """A release in a namespace of a cluster.

    Attributes:
        context: The context of the kubeconfig; None for the current one.
    """

    namespace: str = NAME
    name: str = NAME
    context: str | None = None

    @property
    def flags(self) -> list[str]:
        """The flags of kubectl."""
        context = [f"--context={self.context}"] if self.context else []
        return [f"--namespace={self.namespace}", *context]

    def labels(self, **more: str) -> str:
        """Return the selector of the release's objects; keywords are further recommended labels."""
        labels = {"instance": self.name, **more}
        return ",".join(f"app.kubernetes.io/{key}={value}" for key, value in labels.items())
