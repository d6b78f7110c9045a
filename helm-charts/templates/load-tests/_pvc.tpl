{{- define "load-tests.claim" -}}
{{- with .Values.results.persistence }}
{{- $name := include "celsiusify.named" (list $ "load-tests-results" 63) }}
{{- /* A claim that is there isn't touched: runs are in it. */}}
{{- $made := and .enabled (not .existingClaim) (eq $.Values.mode "job") }}
{{- if and $made (not (lookup "v1" "PersistentVolumeClaim" $.Release.Namespace $name)) }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- include "celsiusify.metadata" (list $ $name "load") | nindent 2 }}
  annotations:
    # As a part of the release it would have to be bound before `helm --wait` ends; most classes bind a claim when the
    # first pod uses it, which here is the first run. And results outlive the release.
    helm.sh/hook: pre-install,pre-upgrade
    # Any policy but the default, which deletes the claim before it is made anew.
    helm.sh/hook-delete-policy: hook-failed
spec:
  accessModes:
    - {{ .accessMode }}
  {{- with .storageClass }}
  storageClassName: {{ . | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ include "celsiusify.plain" .size | quote }}
{{- end }}
{{- end }}
{{- end }}
