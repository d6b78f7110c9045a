{{- define "celsiusify.server.smoke" -}}
{{- if .Values.smoke.enabled }}
{{- $config := include "celsiusify.named" (list . (printf "%s-smoke" .Chart.Name) 63) }}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "celsiusify.metadata" (list . $config "test") | nindent 2 }}
data:
  smoke.py: |
    {{- .Files.Get "files/smoke.py" | trim | nindent 4 }}
  targets.yaml: |
    {{- include "celsiusify.targetsFile" . | trim | nindent 4 }}
{{- range $name, $target := .Targets }}
---
# `helm test` asks the target once, through its Service.
apiVersion: v1
kind: Pod
metadata:
  {{- include "celsiusify.metadata" (list $ (include "celsiusify.named" (list $ (printf "smoke-%s" $name) 63)) "test") | nindent 2 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
    checkov.io/skip1: CKV_K8S_8=a pod that asks once and ends has nothing to probe
    checkov.io/skip2: CKV_K8S_9=nobody waits until it is ready
spec:
  {{- include "celsiusify.server.smokePod" (list $ $config $name $target) | nindent 2 }}
{{- end }}
{{- if .Values.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "celsiusify.metadata" (list . $config "test") | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "celsiusify.selectorLabels" (list . "test") | nindent 6 }}
  policyTypes: [Ingress, Egress]
  egress:
    - to:
        - podSelector:
            matchLabels:
              {{- include "celsiusify.selectorLabels" (list . "server") | nindent 14 }}
      ports:
        {{- include "celsiusify.server.policyPorts" . | trim | nindent 8 }}
    {{- include "celsiusify.dnsEgress" . | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}
