{{/* Values that are right one by one, but not together. */}}
{{- define "celsiusify.server.validate" -}}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- fail (printf "autoscaling.minReplicas (%v) is over autoscaling.maxReplicas (%v)" .minReplicas .maxReplicas) }}
{{- end }}
{{- if not (or .targetCPUUtilizationPercentage .metrics .keda.triggers) }}
{{- fail "autoscaling has nothing to go by: set autoscaling.targetCPUUtilizationPercentage, autoscaling.metrics or autoscaling.keda.triggers, or autoscaling.enabled to false" }}
{{- end }}
{{- if and .targetCPUUtilizationPercentage (not (($.Values.resources).requests).cpu) }}
{{- fail "autoscaling by CPU needs resources.requests.cpu: utilization is a share of what is requested" }}
{{- end }}
{{- if and .keda.triggers (ne .engine "keda") }}
{{- fail (printf "autoscaling.keda.triggers are set, but autoscaling.engine is %s: a Deployment is scaled by one of both" .engine) }}
{{- end }}
{{- if and .metrics (ne .engine "hpa") }}
{{- fail (printf "autoscaling.metrics are set, but autoscaling.engine is %s, whose metrics are autoscaling.keda.triggers" .engine) }}
{{- end }}
{{- end }}
{{- end }}
{{- $requested := ((.Values.resources).requests).cpu }}
{{- $limit := ((.Values.resources).limits).cpu }}
{{- if and $limit (gt (include "celsiusify.millicores" $requested | int) (include "celsiusify.millicores" $limit | int)) }}
{{- fail (printf "resources.requests.cpu of %s (%v) is over resources.limits.cpu (%v)" .Chart.Name $requested $limit) }}
{{- end }}
{{- $stop := int (include "celsiusify.server.stopSeconds" .) }}
{{- if lt (int .Values.terminationGracePeriodSeconds) $stop }}
{{- fail (printf "terminationGracePeriodSeconds (%v) cuts off requests: %s takes up to %d s to stop, 5 s to spare included" .Values.terminationGracePeriodSeconds .Chart.Name $stop) }}
{{- end }}
{{- $chart := . }}
{{- range $kind := list "celsiusify.ports" "celsiusify.server.servicePorts" }}
{{- $ports := include $kind $chart | fromYaml }}
{{- if ne (values $ports | uniq | len) (len $ports) }}
{{- fail (printf "two ports of %s are the same (%s): choose another service.port or service.targetPort" $chart.Chart.Name (toJson $ports)) }}
{{- end }}
{{- end }}
{{- with .Values.model }}
{{- if and (eq .source "pvc") (not .claimName) }}
{{- fail "model.source is pvc: set model.claimName to the PersistentVolumeClaim that holds the model" }}
{{- end }}
{{- end }}
{{- end }}

{{/* How long a pod may take from the wish that it end until it has: seconds, five of them to spare. */}}
{{- define "celsiusify.server.stopSeconds" -}}
{{- with .Values -}}
{{ add .lifecycle.preStopSeconds ((.server).drainSeconds | default 0) ((.server).shutdownTimeoutSeconds | default 0) 5 }}
{{- end }}
{{- end }}
