{{/* The security context of a pod, for the Pod Security Standard "restricted" and more: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */}}
{{- define "celsiusify.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* The security context of a container. */}}
{{- define "celsiusify.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}
