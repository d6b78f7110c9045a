{{/* What the Pod Security Standard "restricted" asks of a pod, and more: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */}}
{{- define "celsiusify.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* … and of each of its containers. */}}
{{- define "celsiusify.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}
