{{/* The CronJob of a load: (list . NAME TARGETS). NAME is the only target, or `all`. */}}
{{- define "load-tests.cronjob" -}}
{{- $root := index . 0 }}
{{- $name := index . 1 }}
{{- $targets := index . 2 }}
{{- $members := add1 $root.Values.workers }}
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "celsiusify.metadata" (list $root (include "load-tests.cronjobName" (list $root $name)) "load") | nindent 2 }}
    celsiusify.dev/targets: {{ $name }}
spec:
  # Never by itself: it is what `kubectl create job --from` makes runs of.
  suspend: true
  schedule: "0 0 1 1 *"
  concurrencyPolicy: Forbid
  # Runs that somebody made of it count as its own: those beyond the limit are deleted, and their logs are the results.
  successfulJobsHistoryLimit: {{ include "celsiusify.plain" $root.Values.job.historyLimit }}
  failedJobsHistoryLimit: {{ include "celsiusify.plain" $root.Values.job.historyLimit }}
  jobTemplate:
    metadata:
      labels:
        {{- include "celsiusify.labels" (list $root "load") | nindent 8 }}
        celsiusify.dev/targets: {{ $name }}
    spec:
      {{- /* An index each: what one member does isn't what another does, and none is done twice. */}}
      completionMode: Indexed
      completions: {{ $members }}
      parallelism: {{ $members }}
      backoffLimitPerIndex: 0
      podReplacementPolicy: Failed
      activeDeadlineSeconds: {{ include "celsiusify.plain" $root.Values.job.deadlineSeconds }}
      ttlSecondsAfterFinished: {{ include "celsiusify.plain" $root.Values.job.ttlSeconds }}
      template:
        metadata:
          {{- include "load-tests.podMetadata" $root | nindent 10 }}
        spec:
          {{- include "load-tests.podSpec" $root | nindent 10 }}
          restartPolicy: Never
          subdomain: {{ include "load-tests.pods" $root }}
          containers:
            - name: load-tests
              {{- include "load-tests.container" $root | nindent 14 }}
              args:
                {{- include "load-tests.args" (list $root $targets) | trim | nindent 16 }}
              env:
                {{- include "celsiusify.env" (list $root (include "load-tests.jobEnv" $root)) | nindent 16 }}
              ports:
                - name: locust
                  containerPort: 5557
                - name: control
                  containerPort: 5558
          volumes:
            {{- include "load-tests.volumes" $root | nindent 12 }}
            - name: results
              {{- include "load-tests.results" $root | nindent 14 }}
{{- end }}

{{/*
A CronJob's name: (list . NAME). A member's host name, at most 63 characters, is this and what Kubernetes appends: 11
for the Job, and 4 for the index.
*/}}
{{- define "load-tests.cronjobName" -}}
{{- include "celsiusify.named" (list (index . 0) (printf "load-tests-%s" (index . 1)) 48) }}
{{- end }}

{{/* Arguments of all pods of a run. The first pod leads; the others use only the address of the leader. */}}
{{- define "load-tests.args" -}}
{{- $root := index . 0 }}
{{- $targets := index . 1 }}
- member
- --index=$(JOB_COMPLETION_INDEX)
- --leader=$(JOB_NAME)-0.{{ include "load-tests.pods" $root }}
- --
- run
{{- range $name, $target := $targets }}
- {{ $name }}
{{- end }}
- --targets=/work/targets.yaml
- --results=/results
{{- range $name, $target := $targets }}
- --host={{ $name }}={{ $target.url }}
{{- with $target.counters }}
- --counters={{ $name }}={{ . }}
{{- end }}
{{- end }}
{{ include "load-tests.options" $root }}
{{- end }}

{{- define "load-tests.jobEnv" -}}
- name: JOB_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['batch.kubernetes.io/job-name']
{{- include "load-tests.fileEnv" . }}
{{- end }}

{{/* The name of the Service that names the pods of a run. */}}
{{- define "load-tests.pods" -}}
{{- include "celsiusify.named" (list . "load-tests-pods" 63) }}
{{- end }}

{{- define "load-tests.results" -}}
{{- with .Values.results }}
{{- if .persistence.enabled -}}
persistentVolumeClaim:
  claimName: {{ .persistence.existingClaim | default (include "celsiusify.named" (list $ "load-tests-results" 63)) | quote }}
{{- else -}}
emptyDir:
  sizeLimit: {{ include "celsiusify.plain" .sizeLimit | quote }}
{{- end }}
{{- end }}
{{- end }}
